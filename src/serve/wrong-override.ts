import { UsageError } from '../core/errors.ts';

/** A value that a client may set, and that is none for it. */
export class WrongOverride extends UsageError {
  readonly parameter: string;
  /** What is wrong with it, without its name. */
  readonly fault: string;

  constructor(parameter: string, fault: string) {
    super(`${parameter}: ${fault}`, { code: 'PC2272' });
    this.parameter = parameter;
    this.fault = fault;
  }
}
