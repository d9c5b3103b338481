import { UsageError } from '../core/errors.ts';

/** Values that do not fit the inputs of a chain: what is wrong with each, by its name. */
export class WrongInputs extends UsageError {
  readonly inputs: { readonly [name: string]: string };

  constructor(inputs: { readonly [name: string]: string }) {
    super(Object.values(inputs).join('; '), { code: 'PC2024' });
    this.inputs = inputs;
  }
}
