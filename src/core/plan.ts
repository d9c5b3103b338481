/** What a run would do with one step, given what an earlier run recorded. */
export interface PlannedStep {
  /** Journal path. */
  readonly path: string;
  readonly kind: string;
  readonly model?: string;
  /**
   * `reuse`: its recorded result holds. `changed`: it has one, made of something else. `run`: it has none, or what it reads runs
   * anew. `skip`: its condition does not hold.
   */
  readonly action: 'reuse' | 'changed' | 'run' | 'skip';
  /** For people; none where the action says it all. */
  readonly why?: string;
}
