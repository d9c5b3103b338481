import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../src/core/json.ts';
import type { CaseScore } from '../../src/core/score.ts';
import { score } from '../../src/eval/score.ts';
import type { World } from '../../src/eval/world.ts';
import { read } from './reading.ts';

/** What the assertion of a case says to an output: the words an optimiser and a person work with. */
async function judged(written: Json, output: string): Promise<CaseScore> {
  const [asked] = read({ 'd.json': JSON.stringify([written]) }).cases;
  assert.ok(asked !== undefined);
  return score(asked, { output, steps: {}, latencyMs: 1, costUsd: 0 }, NOBODY, new AbortController().signal);
}

async function feedback(assertion: Json, output: string): Promise<string> {
  const { results } = await judged({ input: 'x', assert: [assertion] }, output);
  return results[0]?.reason ?? '';
}

const NOBODY: World = {
  call: () => Promise.reject(new Error('nothing is run here')),
  judge: () => Promise.reject(new Error('nobody judges here')),
};

describe('feedback', () => {
  it('of equals is the first stretch that differs', async () => {
    const words = await feedback({ type: 'equals', value: 'The train leaves at nine.' }, 'The train leaves at ten.');
    assert.match(words, /at character 21, after "The train leaves at " expected "nine", got "ten"$/);
    const missing = await feedback({ type: 'equals', value: 'one two three' }, 'one three');
    assert.match(missing, /at character 6, after "one t" "wo t" is missing$/);
    const extra = await feedback({ type: 'equals', value: 'yes' }, 'yes, of course');
    assert.match(extra, /at character 4, after "yes" ", of course" is too much$/);
  });

  it('of JSON is a list of JSON Pointers', async () => {
    const expected = { label: 'refund', items: [{ qty: 1 }, { qty: 3 }], 'a/b': 1, date: '2024-01-01' };
    const output = JSON.stringify({ label: 'refund', items: [{ qty: 1 }, { qty: 2 }], 'a/b': 2, extra: null });
    const said = await judged({ input: 'x', expected }, `Here it is:\n\`\`\`json\n${output}\n\`\`\``);
    assert.deepEqual(said.results[0]?.reason.split('; '), [
      '/items/1/qty: expected 3, got 2',
      '/a~1b: expected 1, got 2',
      '/date: missing',
      '/extra: not expected, got null',
    ]);
    // Six leaves in either of the two, two of them right.
    assert.equal(said.score, 2 / 6);
    assert.equal(said.pass, false);
    assert.equal((await judged({ input: 'x', expected }, JSON.stringify(expected))).score, 1);
    assert.equal((await judged({ input: 'x', expected }, 'no JSON at all')).score, 0);
  });

  it('of a schema is everything that breaks it', async () => {
    const value = {
      type: 'object',
      required: ['id', 'day'],
      properties: { id: { type: 'integer' }, day: { type: 'string', format: 'date' }, kind: { enum: ['a', 'b'] } },
    };
    const words = await feedback({ type: 'is-json', value }, '{"id":"x","day":"soon","kind":"c"}');
    assert.deepEqual(words.split('; '), [
      '"id" must be integer',
      '"day" must match format "date"',
      '"kind" must be equal to one of the allowed values: a, b',
    ]);
  });

  it('of lists is what is missing, of a text that it is there in other case', async () => {
    assert.equal(
      await feedback({ type: 'contains-all', value: ['Milk', 'eggs', 'flour'] }, 'Milk and water'),
      'the output lacks "eggs", "flour" (2 of 3)',
    );
    assert.equal(
      await feedback({ type: 'contains', value: 'Lyon' }, 'from LYON'),
      'the output does not contain "Lyon", only "LYON": "from LYON"',
    );
  });

  it('of not- is where the unwanted stands', async () => {
    assert.equal(
      await feedback({ type: 'not-contains', value: 'sorry' }, 'I am sorry.'),
      'the output contains "sorry" (at character 6)',
    );
    assert.equal(await feedback({ type: 'not-regex', value: '[A-Z]{3,}' }, 'It is NOW.'), '"NOW" matches /[A-Z]{3,}/');
  });

  it('stays short however long the output is', async () => {
    const words = await feedback({ type: 'equals', value: 'a'.repeat(100_000) }, `${'a'.repeat(50_000)}b${'a'.repeat(50_000)}`);
    assert.ok(words.length < 1000, String(words.length));
  });

  it('says what would have to change only where something has to', async () => {
    const { results } = await judged(
      {
        input: 'x',
        assert: [
          { type: 'contains', value: 'a' },
          { type: 'contains', value: 'z' },
          { type: 'not-contains', value: 'a' },
        ],
      },
      'abc',
    );
    assert.deepEqual(
      results.map(({ pass, fix }) => [pass, fix]),
      [
        [true, undefined],
        [false, 'the answer has to contain "z"'],
        [false, 'avoid this: the output contains "a" (at character 1)'],
      ],
    );
  });
});
