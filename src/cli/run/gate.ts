import type { RunOptions } from '../../core/run.ts';
import type { Call } from '../command.ts';
import type { RunFlags } from './flags.ts';
import { askAtGate } from './question.ts';

export interface GateNeeds {
  readonly call: Call;
  readonly flags: Pick<RunFlags, 'approve'>;
  /** Hides secrets. */
  redact(text: string): string;
  /** Makes room on the terminal for a question. */
  pause(): void;
}

/** Who answers the questions of gates: a flag, or the person at the terminal, one question after the other; undefined when neither can. */
export function gateKeeper({ call, flags, redact, pause }: GateNeeds): RunOptions['answer'] {
  if (flags.approve !== 'ask') return async () => flags.approve === 'auto';
  if (!call.interactive) return undefined;
  let asked: Promise<unknown> = Promise.resolve();
  return (question, signal) => {
    const answer = asked.then(() => {
      signal.throwIfAborted();
      pause();
      return askAtGate(call, redact(question), signal);
    });
    asked = answer.catch(() => undefined);
    return answer;
  };
}
