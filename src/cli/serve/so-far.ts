import { fit } from '../../conversation/fit.ts';
import type { ChatTurn } from '../../core/message.ts';
import type { ConversationSoFar } from '../../core/run.ts';
import { historyTokens } from '../chat/history-tokens.ts';
import type { ReadyChain } from './ready.ts';

export interface SoFar {
  /** Read only if the chain wants to know. */
  turns(): Promise<readonly ChatTurn[]> | readonly ChatTurn[];
  readonly user?: string | undefined;
  readonly namespace?: string;
}

/** What a run is told of the conversation that it is a turn of: as much of it as the chain's models take. */
export async function soFar({ chain, openModel }: ReadyChain, { turns, user, namespace }: SoFar): Promise<ConversationSoFar> {
  const told = chain.uses.conversation ? await turns() : [];
  const fitted = told.length === 0 ? told : fit(told, await historyTokens(chain, openModel)).turns;
  return { turns: fitted, ...(user === undefined ? {} : { user }), ...(namespace === undefined ? {} : { namespace }) };
}
