/** An error on its way up, with the journal path of the step it came from. */
export class FailedAt extends Error {
  readonly step: string;

  constructor(step: string, cause: unknown) {
    super('a step failed', { cause });
    this.step = step;
  }
}

/** Thrown when the last attempt failed: the cause, how many there were, and the text that was already out. */
export class AttemptsFailed extends Error {
  readonly attempts: number;
  readonly partial: string;

  constructor(cause: unknown, attempts: number, partial: string) {
    super('every attempt failed', { cause });
    this.attempts = attempts;
    this.partial = partial;
  }
}

/** What really went wrong, under any of the wrappers above. */
export function causeOf(thrown: unknown): unknown {
  return thrown instanceof AttemptsFailed || thrown instanceof FailedAt ? causeOf(thrown.cause) : thrown;
}
