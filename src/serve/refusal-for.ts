import { StoreError, UsageError } from '../core/errors.ts';
import { type Refusal, Refused } from './refusal.ts';
import { WrongInputs } from './wrong-inputs.ts';

/** What a client is told of something that was thrown: `INTERNAL` for a fault of ours, which is for the operator to know. */
export function refusalFor(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof UsageError) {
    const { code, message, help } = error;
    return {
      status: code === 'PC2040' ? 404 : 400,
      code,
      message,
      ...(help === undefined ? {} : { help }),
      ...(error instanceof WrongInputs ? { inputs: error.inputs } : {}),
    };
  }
  // Their messages name files.
  if (error instanceof StoreError) return { status: 500, code: error.code, message: 'what is kept could not be read or written' };
  return INTERNAL;
}

export const INTERNAL: Refusal = { status: 500, code: 'PC0001', message: 'something failed in the server' };
