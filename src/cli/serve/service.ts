import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { ChatTurn } from '../../core/message.ts';
import type { ConversationSoFar } from '../../core/run.ts';
import { bodiesIn, chainsIn } from '../../lib/chains.ts';
import type { Given, ServedChain, Service, StartedRun } from '../../serve/service.ts';
import { outlineOf } from '../graph/outline.ts';
import { runsDir } from '../paths.ts';
import { answerSchemaOf } from './answer.ts';
import { createConversations } from './conversations.ts';
import type { ServeFlags } from './flags.ts';
import { conversationStore, createMemoryView } from './memory.ts';
import { overrideOf } from './overrides.ts';
import type { ReadyChain } from './ready.ts';
import { createRuns } from './runs.ts';
import { type RunWorld, startRun } from './start.ts';
import { createTrustWatch } from './trust-watch.ts';
import { servedValues } from './values.ts';
import { createVariants } from './variants.ts';

/** The server's port over the real chains, journals and memory. */
export function createService(world: RunWorld, flags: ServeFlags, chains: readonly ReadyChain[]): Service {
  const { call, going } = world;
  const ready = new Map(chains.map((each) => [each.chain.name, each]));
  const variantOf = createVariants(call);
  const checkTrust = createTrustWatch(call);
  const memory = createMemoryView(call, flags);

  async function start(
    found: ReadyChain,
    given: Given,
    conversation?: ConversationSoFar,
    tracedAs?: string,
  ): Promise<StartedRun> {
    const override = overrideOf(flags.overrides, given.overrides);
    const inputs = servedValues(found.chain, given);
    checkTrust(found);
    const place = going.admit(given.client ?? '');
    const { input = '', live = false, traceparent } = given;
    try {
      return startRun(world, await variantOf(found, override), {
        input,
        inputs,
        live,
        place,
        conversation,
        tracedAs,
        traceparent,
      });
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  return {
    chains: chains.map((each) => servedChain(each, flags)),
    runs: createRuns({ dir: runsDir(call.paths), kept: flags.save }, chains, going),
    ...(memory === undefined ? {} : { memory }),
    conversations: createConversations({ ready, store: conversationStore(call, flags), now: call.io.clock.now, start }),
    async start(name, given) {
      const found = ready.get(name);
      if (found === undefined) throw new UsageError(`no chain "${name}" is served`, { code: 'PC2040' });
      return start(found, given, conversationOf(given));
    },
  };
}

/** What a client tells of the conversation: nothing of it is kept here. */
function conversationOf({ turns = [], user }: Given): ConversationSoFar | undefined {
  if (turns.length === 0 && user === undefined) return undefined;
  const said = turns.map(
    (turn): ChatTurn => [
      { role: 'user', text: turn.user },
      { role: 'assistant', text: turn.assistant },
    ],
  );
  return { turns: said, ...(user === undefined ? {} : { user }) };
}

const OUTLINE_DEPTH = 3;

function servedChain({ chain }: ReadyChain, { overrides }: ServeFlags): ServedChain {
  const answer = answerSchemaOf(chain);
  return {
    name: chain.name,
    ...(chain.description === undefined ? {} : { description: chain.description }),
    inputs: chain.inputs,
    takesInput: chain.uses.input,
    conversational: chain.uses.conversation,
    changes: changesOf(chain),
    ...(answer === undefined ? {} : { answer }),
    outline: outlineOf(chain, OUTLINE_DEPTH) as unknown as Json,
    overridable: overrides.names,
  };
}

function changesOf(chain: Chain): boolean {
  const { commands, functions, memory, servers } = chain.uses;
  if (commands || functions || memory || servers.length > 0) return true;
  return chainsIn(chain).some((each) => bodiesIn(each).some(({ body }) => (body.tools ?? []).length > 0));
}
