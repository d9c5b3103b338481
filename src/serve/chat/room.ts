import { randomUUID } from 'node:crypto';
import type { Conversation } from '../service.ts';
import { createAudience, type Member, refuse, tellOne } from './audience.ts';
import { helloOf } from './hello.ts';
import type { ChatLimits } from './limits.ts';
import { createLine } from './line.ts';
import type { Asked, ChatError, ClientMessage, SaidTurn, ServerMessage, TurnCompleted } from './protocol.ts';
import { createTurn, failed, type Turn, type Waiting } from './turn.ts';

/** One session while somebody is in it or is being answered: who hears what, and whose turn it is. */
export interface Room {
  readonly chain: string;
  /** Tells the member what was said, and from then on what is said. */
  join(member: Member): Promise<void>;
  leave(member: Member): void;
  /** Resolves when the message is taken or refused, not when it is answered. */
  say(member: Member, message: Extract<ClientMessage, { type: 'message' }>): Promise<void>;
  /** The turn of that message, going on or waiting; the one that goes on if none is named. */
  stop(id: string | undefined): void;
  reset(member: Member): void;
  /** Takes no more messages, and resolves when the turn that goes on has ended. */
  finish(): Promise<void>;
}

export interface RoomSettings {
  readonly chain: string;
  readonly conversation: Conversation;
  readonly limits: ChatLimits;
  /** What a client is told of a failure. */
  errorOf(error: unknown): ChatError;
  /** Nobody is here, and nothing goes on. */
  onEmpty(): void;
}

export function createRoom({ chain, conversation, limits, errorOf, onEmpty }: RoomSettings): Room {
  const audience = createAudience();
  const line = createLine((next: Waiting | Reset) => ('asked' in next ? answer(next) : forget(next.resetBy)), look);
  let going: Turn | undefined;
  let joining = 0;
  let isClosing = false;
  /** Counts what has happened to what was said. */
  let changes = 0;
  let lingering: NodeJS.Timeout | undefined;

  /** What was said, as of a moment in which no turn has ended: what is on disk of the one that goes on is told at its end. */
  async function withSaid(use: (turns: readonly SaidTurn[]) => void): Promise<void> {
    for (;;) {
      const before = changes;
      const turns = await conversation.turns();
      if (before === changes) return use(turns.filter(({ id }) => id === undefined || id !== going?.asked.id));
    }
  }

  async function answer(waiting: Waiting): Promise<void> {
    going = createTurn(waiting, { conversation, tell: audience.tell, errorOf });
    const end = await going.play();
    going = undefined;
    changes += 1;
    audience.tell(end);
  }

  async function forget(member: Member): Promise<void> {
    try {
      await conversation.reset();
    } catch (error) {
      return refuse(member, errorOf(error));
    }
    changes += 1;
    audience.tell({ type: 'reset' });
  }

  function take(member: Member, next: Waiting | Reset): void {
    // Who has left since may have left an empty room, which is none any more.
    if (!audience.has(member)) return;
    const asked = 'asked' in next ? next.asked : undefined;
    const refusal = isClosing ? STOPPING : line.waiting.length >= limits.waiting ? TOO_MANY : undefined;
    if (refusal !== undefined) return void refuse(member, refusal, asked?.id);
    const mustWait = line.isBusy;
    line.add(next);
    if (mustWait && asked !== undefined) audience.tell({ type: 'turn.queued', ...asked, position: line.waiting.length });
  }

  function takeBack(error: ChatError, isMeant: (waiting: Waiting) => boolean): void {
    for (const next of [...line.waiting]) {
      if (!('asked' in next) || !isMeant(next)) continue;
      line.remove(next);
      audience.tell(failed(next.asked.id, null, error, error === TAKEN_BACK));
    }
  }

  /** Somebody has come or gone, or a turn has ended: is anybody left? */
  function look(): void {
    clearTimeout(lingering);
    if (audience.size > 0 || joining > 0) return;
    if (!line.isBusy) return void onEmpty();
    lingering = setTimeout(() => {
      takeBack(TAKEN_BACK, () => true);
      going?.stop('gone');
    }, limits.lingerMs);
  }

  return {
    chain,
    async join(member) {
      joining += 1;
      try {
        await withSaid((turns) => {
          tellOne(member, helloOf({ chain, session: conversation.id }, turns, limits));
          for (const message of [...(going?.missed() ?? []), ...queued(line.waiting)]) tellOne(member, message);
          audience.add(member);
        });
      } finally {
        joining -= 1;
        look();
      }
    },
    leave(member) {
      audience.remove(member);
      look();
    },
    async say(member, { id = randomUUID(), text, inputs }) {
      const waiting = { asked: { id, text, ...(member.user === undefined ? {} : { user: member.user }) }, inputs, from: member };
      await withSaid((turns) => {
        const said = turns.find((turn) => turn.id === id);
        const earlier = said?.user ?? [going, ...line.waiting].map(askedOf).find((asked) => asked?.id === id)?.text;
        if (earlier === undefined) take(member, waiting);
        else if (earlier !== text) refuse(member, OTHER_MESSAGE, id);
        else if (said !== undefined) tellOne(member, repeated(id, said));
      });
    },
    stop(id) {
      if (id === undefined || id === going?.asked.id) going?.stop('cancelled');
      else takeBack(TAKEN_BACK, ({ asked }) => asked.id === id);
    },
    reset: (member) => take(member, { resetBy: member }),
    async finish() {
      isClosing = true;
      takeBack(STOPPING, () => true);
      await line.done();
    },
  };
}

interface Reset {
  readonly resetBy: Member;
}

function askedOf(each: Turn | Waiting | Reset | undefined): Asked | undefined {
  return each !== undefined && 'asked' in each ? each.asked : undefined;
}

function queued(waiting: readonly (Waiting | Reset)[]): readonly ServerMessage[] {
  return waiting.flatMap((next, index) => ('asked' in next ? [{ type: 'turn.queued', ...next.asked, position: index + 1 }] : []));
}

function repeated(id: string, { assistant }: SaidTurn): TurnCompleted {
  return {
    type: 'turn.completed',
    id,
    run_id: null,
    text: assistant,
    usage: null,
    cost_usd: null,
    duration_ms: null,
    repeated: true,
  };
}

const STOPPING: ChatError = { code: 'PC2269', message: 'the server is stopping' };
const TAKEN_BACK: ChatError = { code: 'PC2286', message: 'the message was taken back before its turn began' };
const TOO_MANY: ChatError = {
  code: 'PC2282',
  message: 'too many messages of this session wait already',
  help: 'wait for an answer',
};
const OTHER_MESSAGE: ChatError = {
  code: 'PC2283',
  message: 'this id was used for another message of the session',
  help: 'give each message an id of its own, such as a UUID',
};
