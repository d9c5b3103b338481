import { openConversation } from '../../conversation/conversation.ts';
import { SERVED } from '../../conversation/session.ts';
import { listSessions } from '../../conversation/sessions.ts';
import type { Chain } from '../../core/chain.ts';
import { StoreError } from '../../core/errors.ts';
import { NOTHING_SPENT } from '../../core/limits.ts';
import { createMeter, RUN_FLAGS } from '../../engine/meter.ts';
import type { Call } from '../command.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import { createAskInTurn } from '../run/ask-in-turn.ts';
import { checkAgainst } from '../run/check.ts';
import type { RunFlags } from '../run/flags.ts';
import { isStorePath, openStore } from '../run/memory.ts';
import { redactedMemory } from '../run/redacted-memory.ts';
import { secretNames } from '../run/secret-names.ts';
import { openToolbox } from '../run/toolbox.ts';
import { openRunTelemetry } from '../run/traced.ts';
import { inputValues } from '../run/values.ts';
import { load, readyWorld } from '../run/world.ts';
import { ownMemory } from '../test/own-memory.ts';
import { requireTrust } from '../trust/require.ts';
import { askForInputs } from './ask-for-inputs.ts';
import type { Answering, Chat } from './chat.ts';
import type { ChatFlags } from './flags.ts';
import { historyTokens } from './history-tokens.ts';
import { newSession } from './new-session.ts';

/** Puts a chat together; whoever opens it disposes of its toolbox and closes its telemetry. Throws what is wrong with the chain, the options and the world. */
export async function openChat(call: Call, flags: ChatFlags): Promise<Chat> {
  const chain = await load(call, flags.run);
  checkAgainst(chain, withoutStore(flags.run));
  const run = await askForInputs(call, chain, flags.run);
  const inputs = await inputValues(chain, run);
  const redactor = createRedactor(secretsOf(call.io.env, secretNames(chain)));
  const own = run.memory === false ? ownMemory() : undefined;
  const memory = redactedMemory(own ?? openStore(call, run.memory || undefined, () => undefined), redactor, () => undefined);
  const session = flags.session ?? (flags.continues ? await lastSession(call, run, chain) : newSession(call.io));
  const conversation = openConversation({ memory, session, chain: chain.file, now: call.io.clock.now });
  // What is there is read now, so that a history that is none is told before anything is said.
  await conversation.turns();
  const answering = await ready(call, run, { chain, trust: run.trust });
  const chat: Chat = {
    call,
    conversation,
    answering,
    inputs,
    user: flags.user,
    historyTokens: flags.historyTokens,
    ownMemory: own,
    memory,
    namespaces: new Set([conversation.namespace]),
    redactor,
    meter: createMeter(
      run.limits,
      NOTHING_SPENT,
      (limit) => `leave, and go on with --session ${session} ${RUN_FLAGS[limit]} <more>`,
    ),
    pause: () => () => undefined,
    askInTurn: createAskInTurn(() => chat.pause()),
    toolbox: await openToolbox({
      call,
      flags: run,
      chain,
      redact: redactor.text,
      lasting: true,
      askInTurn: (ask, signal) => chat.askInTurn(ask, signal),
    }),
    telemetry: await openRunTelemetry(call, run),
    told: new Set(),
  };
  return chat;
}

/** The same chain with another model for all of its steps; `--trust` was for its files as they were. Throws what is wrong with that. */
export async function withModel({ call, answering }: Chat, model: string): Promise<Answering> {
  const flags = { ...answering.flags, model, stepModels: {} };
  return ready(call, flags, { chain: await load(call, flags), trust: false });
}

async function ready(
  call: Call,
  flags: RunFlags,
  { chain, trust }: { readonly chain: Chain; readonly trust: boolean },
): Promise<Answering> {
  const openModel = await readyWorld(call, flags, chain);
  await requireTrust(call, chain, { trust });
  return { flags, chain, openModel, historyTokens: await historyTokens(chain, openModel) };
}

/** A store holds the conversation whatever the chain does with memory; a namespace is for the chain alone. */
function withoutStore({ memory, ...flags }: RunFlags): Parameters<typeof checkAgainst>[1] {
  return memory === undefined || memory === false || isStorePath(memory) ? flags : { ...flags, memory };
}

async function lastSession(call: Call, { memory }: RunFlags, { name, file }: Chain): Promise<string> {
  const contents = await openStore(call, memory || undefined, () => undefined).contents();
  // What a client of a server said there is its own: it is taken up by its name only.
  const last = listSessions(contents, file).find(({ session }) => !session.startsWith(SERVED));
  if (last !== undefined) return last.session;
  throw new StoreError(`no earlier conversation with ${name} (${file}) is kept`, {
    code: 'PC8304',
    help: 'begin one without --continue, or name one with --session',
  });
}
