import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openConversation } from '../../src/conversation/conversation.ts';
import { fit } from '../../src/conversation/fit.ts';
import { listSessions } from '../../src/conversation/sessions.ts';
import { StoreError, UsageError } from '../../src/core/errors.ts';
import type { ChatTurn } from '../../src/core/message.ts';
import { estimateTokens } from '../../src/lib/token-estimate.ts';
import { openMemory } from '../../src/store/memory.ts';

function openStore() {
  const dir = mkdtempSync(join(tmpdir(), 'promptchain-conversation-'));
  const store = () => openMemory(join(dir, 'memory.jsonl'));
  return { store, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

const turn = (asked: string, said: string): ChatTurn => [
  { role: 'user', text: asked },
  { role: 'assistant', text: said },
];
const clock = (at = Date.UTC(2026, 0, 1)) => ({ now: () => at });

describe('a conversation', () => {
  it('is kept as messages in the namespace of its session, and is there for whoever opens it next', async () => {
    using place = openStore();
    const first = openConversation({ memory: place.store(), session: 'rome', ...clock() });
    assert.deepEqual(await first.turns(), []);
    await first.add(turn('hello {input}', 'hi\u2028 there 🙂'));
    await first.add(turn('', ''));
    const kept = await place.store().read('chat:rome');
    assert.deepEqual(kept.history, [
      { role: 'user', content: 'hello {input}' },
      { role: 'assistant', content: 'hi\u2028 there 🙂' },
      { role: 'user', content: '' },
      { role: 'assistant', content: '' },
    ]);
    const again = openConversation({ memory: place.store(), session: 'rome', ...clock() });
    assert.deepEqual(await again.turns(), [turn('hello {input}', 'hi\u2028 there 🙂'), turn('', '')]);
    assert.deepEqual(await openConversation({ memory: place.store(), session: 'Rome', ...clock() }).turns(), []);
  });

  it('tells the id that a message was given, to whoever opens it next', async () => {
    using place = openStore();
    const first = openConversation({ memory: place.store(), session: 's', ...clock() });
    await first.add(turn('one', '1'), 'id-1');
    await first.add(turn('two', '2'));
    const again = openConversation({ memory: place.store(), session: 's', ...clock() });
    assert.deepEqual(await again.kept(), [{ turn: turn('one', '1'), id: 'id-1' }, { turn: turn('two', '2') }]);
    assert.deepEqual(await again.turns(), [turn('one', '1'), turn('two', '2')]);
  });

  it('loses nothing when many add to it at once, and never takes a pair apart', async () => {
    using place = openStore();
    const adds = Array.from({ length: 40 }, (_, at) =>
      openConversation({ memory: place.store(), session: 's', ...clock() }).add(turn(`q${at}`, `a${at}`)),
    );
    await Promise.all(adds);
    const turns = await openConversation({ memory: place.store(), session: 's', ...clock() }).turns();
    assert.deepEqual(
      turns.map(([asked, said]) => `${asked.text} ${said.text}`).toSorted(),
      adds.map((_, at) => `q${at} a${at}`).toSorted(),
    );
  });

  it('is forgotten by a reset, and what a chain remembered beside it is not', async () => {
    using place = openStore();
    const conversation = openConversation({ memory: place.store(), session: 's', ...clock() });
    await conversation.add(turn('a', 'b'));
    await place.store().commit('chat:s', [{ op: 'merge', key: 'preferences', value: { tone: 'brief' } }]);
    await conversation.reset();
    assert.deepEqual(await conversation.turns(), []);
    assert.deepEqual((await place.store().read('chat:s')).preferences, { tone: 'brief' });
  });

  it('is not guessed when somebody made something else of it', async () => {
    for (const history of [
      'text',
      [1],
      [{ role: 'user', content: 'a' }],
      [{ role: 'assistant', content: 'a' }],
      [{ role: 'user' }],
    ]) {
      using place = openStore();
      await place.store().commit('chat:s', [{ op: 'set', key: 'history', value: history }]);
      const conversation = openConversation({ memory: place.store(), session: 's', ...clock() });
      await assert.rejects(
        () => conversation.turns(),
        (error) =>
          error instanceof StoreError && error.code === 'PC8302' && /promptchain memory rm history/.test(error.help ?? ''),
      );
    }
  });

  it('has a name that can be seen, said and put into an address', () => {
    using place = openStore();
    const memory = place.store();
    for (const session of ['a', 'Reise nach Köln', '2026-01-01', '..', '__proto__', '👩‍👧 x', 'é'.repeat(100)]) {
      assert.equal(openConversation({ memory, session, ...clock() }).namespace, `chat:${session}`);
    }
    for (const session of ['', ' ', ' a', 'a ', 'a/b', 'a\\b', 'a\nb', 'a\u0000', '\u202eabc', '\ud800', 'x'.repeat(101)]) {
      assert.throws(
        () => openConversation({ memory, session, ...clock() }),
        (error) => error instanceof UsageError && error.code === 'PC8301',
        JSON.stringify(session),
      );
    }
  });

  it('is listed with its chain, the one used last first', async () => {
    using place = openStore();
    const add = (session: string, chain: string | undefined, at: number) =>
      openConversation({
        memory: place.store(),
        session,
        ...(chain === undefined ? {} : { chain }),
        ...clock(at),
      }).add(turn('a', 'b'));
    await add('old', '/c.yaml', 1000);
    await add('new', '/c.yaml', 2000);
    await add('other', '/d.yaml', 3000);
    await add('old', '/c.yaml', 4000);
    await place.store().commit('default', [{ op: 'set', key: 'history', value: 'mine' }]);
    const contents = await place.store().contents();
    assert.deepEqual(
      listSessions(contents).map(({ session, turns }) => [session, turns]),
      [
        ['old', 2],
        ['other', 1],
        ['new', 1],
      ],
    );
    assert.deepEqual(
      listSessions(contents, '/c.yaml').map(({ session }) => session),
      ['old', 'new'],
    );
  });
});

describe('what of a conversation fits', () => {
  const long = Array.from({ length: 10 }, (_, at) => turn(`question ${at} ${'x'.repeat(100)}`, `answer ${at}`));

  it('is all of it where there is room', () => {
    assert.deepEqual(fit(long, 100_000), { turns: long, left: 0, note: undefined });
    assert.deepEqual(fit([], 0), { turns: [], left: 0, note: undefined });
  });

  it('is the newest whole turns, and the rest is told to the model and to the person', () => {
    const { turns, left, note } = fit(long, 150);
    assert.equal(left + turns.length, 10);
    assert.ok(turns.length > 0 && left > 0);
    const [first, ...rest] = turns;
    assert.deepEqual(rest, long.slice(left + 1));
    assert.equal(first?.[0].text, `[${left} earlier turns were left out to fit the context]\n\n${long[left]?.[0].text}`);
    assert.equal(first?.[1].text, `answer ${left}`);
    assert.match(note ?? '', /^older turns of the conversation are left out.*150 tokens/);
    const size = turns.flat().reduce((sum, { text }) => sum + estimateTokens(text), 0);
    assert.ok(size <= 170, String(size));
  });

  it('is nothing when the newest alone is too long', () => {
    assert.deepEqual(fit(long, 5), {
      turns: [],
      left: 10,
      note: 'older turns of the conversation are left out: it is longer than 5 tokens',
    });
  });
});
