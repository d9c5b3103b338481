import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createEventFilter, createRedactor, secretsOf } from '../../src/cli/redact.ts';
import type { Event } from '../../src/core/event.ts';
import { delta, events, result, started, stepCompleted, stepStarted } from '../terminal/recording.ts';

describe('what counts as a secret', () => {
  it('is the value of a variable that holds a key by its name, or that the chain declares', () => {
    const env = {
      OPENAI_API_KEY: 'sk-0123456789',
      GITHUB_TOKEN: 'ghp_abcdef',
      AWS_SECRET_ACCESS_KEY: 'aws-secret-1',
      PATH: '/usr/bin:/bin',
      MY_PIN: '4711',
      KEYBOARD: 'querty-long-enough',
    };
    assert.deepEqual([...secretsOf(env, ['MY_PIN'])].sort(), ['4711', 'aws-secret-1', 'ghp_abcdef', 'sk-0123456789']);
  });

  it('is not a value too short to be told from innocent text, or a well-known placeholder', () => {
    assert.deepEqual(secretsOf({ OPENAI_API_KEY: 'x', LMSTUDIO_API_KEY: 'lm-studio' }, []), []);
  });
});

describe('redaction', () => {
  const redactor = createRedactor(['s3cret(+)', 's3cret(+)longer', 'a b/c']);

  it('finds a secret anywhere in a value, also URL-encoded, and the longest first', () => {
    assert.deepEqual(redactor.value({ a: ['x s3cret(+)longer y'], 's3cret(+)': 1, url: 'https://x?k=a%20b%2Fc' }), {
      a: ['x *** y'],
      '***': 1,
      url: 'https://x?k=***',
    });
  });

  it('gives a value without a secret back as it is', () => {
    const value = { a: [1, null, 'text'] };
    assert.equal(redactor.value(value), value);
  });
});

describe('events outside the process', () => {
  const SECRETS = ['abcabd', 'abcabdxyz', 'bb'];
  const letters = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', 'x', 'y', 'z', 'abcabd', 'abcabdxyz'), { maxLength: 20 })
    .map((parts) => parts.join(''));

  it('have no secret in any delta, together or alone, and their deltas are the output', () => {
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const seen = filtered(
          events(started, stepStarted('1', true), ...pieces.map((piece) => delta('1', piece)), stepCompleted('1', text), {
            type: 'run.completed',
            result: result({ output: text }),
          }),
          SECRETS,
        );
        const deltas = seen.flatMap((event) => (event.type === 'step.delta' ? [event.text] : [])).join('');
        const last = seen.at(-1);
        assert.ok(last?.type === 'run.completed');
        assert.equal(deltas, last.result.output);
        for (const secret of SECRETS) assert.ok(!deltas.includes(secret), `${secret} in ${deltas}`);
        assert.deepEqual(
          seen.map(({ seq }) => seq),
          seen.map((_, index) => index),
        );
      }),
    );
  });

  it('hold back no more than could become a secret', () => {
    const [, , first] = filtered(events(started, stepStarted('1'), delta('1', 'hello ab')), ['abcabd']);
    assert.deepEqual(first, { ...first, type: 'step.delta', text: 'hello ' });
  });

  it('tell the keys of memory and never the values', () => {
    const changes = [{ op: 'set', key: 'k', value: 'v' }] as const;
    const list = events({ type: 'memory.written', namespace: 'n', keys: ['k'], committed: false, changes });
    assert.ok(!JSON.stringify(filtered(list, [])).includes('changes'));
  });
});

describe('deltas of turns', () => {
  const turn = (name: string, text: string) => ({ type: 'turn.delta', step: 'a', turn: name, text }) as const;

  it('have no secret that is split across them, and turns beside each other are not mixed', () => {
    const seen = filtered(
      events(turn('t1', 'key abc'), turn('t2', 'other '), turn('t1', 'abd!'), turn('t2', 'abca'), stepCompleted('a', '')),
      ['abcabd'],
    );
    const text = (name: string) =>
      seen.flatMap((event) => (event.type === 'turn.delta' && event.turn === name ? [event.text] : [])).join('');
    assert.equal(text('t1'), 'key ***!');
    assert.equal(text('t2'), 'other abca');
    assert.deepEqual(
      seen.map(({ seq }) => seq),
      seen.map((_, index) => index),
    );
  });
});

function filtered(list: readonly Event[], secrets: readonly string[]): readonly Event[] {
  return list.flatMap(createEventFilter(createRedactor(secrets)));
}
