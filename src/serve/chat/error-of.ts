import { INTERNAL, refusalFor } from '../refusal-for.ts';
import type { ChatError } from './protocol.ts';

/** What a client of a chat is told of something that was thrown; a fault of ours is told to the operator. */
export function chatErrors(report: (error: unknown) => void): (error: unknown) => ChatError {
  return (error) => {
    const refusal = refusalFor(error);
    if (refusal === INTERNAL) report(error);
    const { code, message, help, inputs } = refusal;
    return { code, message, ...(help === undefined ? {} : { help }), ...(inputs === undefined ? {} : { inputs }) };
  };
}
