/** One thing wrong, or doubtful, in a text; offsets count UTF-16 units from its start. The loader turns it into a `Problem`. */
export interface TextProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly offset: number;
  /** At least 1. */
  readonly length: number;
  readonly help?: string;
  /** Replaces `length` units at `offset`. */
  readonly fix?: { readonly offset: number; readonly length: number; readonly text: string };
}
