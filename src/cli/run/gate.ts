import type { RunOptions } from '../../core/run.ts';
import type { Call } from '../command.ts';
import type { AskInTurn } from './ask-in-turn.ts';
import type { RunFlags } from './flags.ts';
import { askAtGate } from './question.ts';

export interface GateNeeds {
  readonly call: Call;
  readonly flags: Pick<RunFlags, 'approve'>;
  /** Hides secrets. */
  redact(text: string): string;
  readonly askInTurn: AskInTurn;
}

/** Who answers the questions of gates: a flag, or the person at the terminal; undefined when neither can. */
export function gateKeeper({ call, flags, redact, askInTurn }: GateNeeds): RunOptions['answer'] {
  if (flags.approve !== 'ask') return async () => flags.approve === 'auto';
  if (!call.interactive) return undefined;
  return (question, signal) => askInTurn(() => askAtGate(call, redact(question), signal), signal);
}
