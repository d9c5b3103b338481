import type { Chain } from '../../core/chain.ts';
import type { OpenModel } from '../../core/model.ts';

/**
 * How many tokens of a conversation are sent when nobody says so: half of what the smallest model of the chain takes, for its
 * prompt and its answer need room too; and not so many that each message costs a fortune.
 */
export async function historyTokens({ uses }: Pick<Chain, 'uses'>, openModel: OpenModel): Promise<number> {
  let room = MOST;
  for (const spec of uses.models) {
    const model = await openModel(spec);
    const window = spec.window ?? model.window?.() ?? UNKNOWN_WINDOW;
    if (model.llm) room = Math.min(room, Math.floor(window / 2));
  }
  return room;
}

const MOST = 32_000;

/** Of a model that no table knows, such as one on this machine. */
const UNKNOWN_WINDOW = 8192;
