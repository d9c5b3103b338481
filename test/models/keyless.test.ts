import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../../src/core/errors.ts';
import { createOpenModel } from '../../src/models/open.ts';
import { ask, collect, modelIo, never, specOf, textOf } from './calling.ts';

const open = (id: string) => createOpenModel({ io: modelIo() })(specOf(id));

const NOTES = `Quantum batteries store energy in quantum states. A team in Lisbon built the first quantum battery at room temperature.
The quantum battery charges faster the more cells it has. Lunch was served at noon. Earlier quantum batteries had to be cooled
to almost zero. The team expects quantum batteries in small sensors within ten years.`;

test('echo answers with the last user text, byte for byte, and is no language model', async () => {
  const model = await open('echo/anything/at-all');
  const text = '  {"a": 1}\n\u0007 ü \n';
  const events = await collect(model.stream({ ...ask(text), system: 'You are a bird.' }, never()));
  assert.deepEqual(events, [
    { type: 'text-delta', text },
    { type: 'finish', reason: 'stop', model: 'echo/anything/at-all' },
  ]);
  assert.equal(model.llm, false);
});

test('the extractive model answers with sentences of the text, in their order, the same ones every time', async () => {
  const model = await open('offline/extractive');
  const request = ask(`Summarise these notes in two sentences:\n\n${NOTES}`);
  const first = textOf(await collect(model.stream(request, never())));
  const second = textOf(await collect(model.stream(request, never())));
  assert.equal(first, second);
  assert.equal(model.llm, false);
  const sentences = first.split(/(?<=\.) /);
  assert.equal(sentences.length, 2);
  const flat = NOTES.replace(/\s+/g, ' ');
  const places = sentences.map((sentence) => flat.indexOf(sentence));
  assert.ok(
    places.every((place) => place >= 0),
    `not in the text: ${first}`,
  );
  assert.ok((places[0] ?? 0) < (places[1] ?? 0));
  assert.doesNotMatch(first, /Lunch/);
});

test('facts come one a line, and a limit of characters is kept', async () => {
  const model = await open('offline/extractive');
  const list = textOf(await collect(model.stream(ask(`List the 3 key facts in: ${NOTES}`), never())));
  assert.equal(list.split('\n').length, 3);
  assert.ok(list.split('\n').every((line) => line.startsWith('- ')));
  const short = textOf(await collect(model.stream(ask(`Shorten this to at most 100 characters:\n${NOTES}`), never())));
  assert.ok(short.length > 0 && short.length <= 100);
});

test('the request may stand after the text', async () => {
  const model = await open('offline/extractive');
  const text = textOf(await collect(model.stream(ask(`${NOTES}\n\nSummarise the above in one sentence.`), never())));
  assert.match(text, /quantum/);
  assert.doesNotMatch(text, /Summarise/);
});

for (const prompt of [
  'Write a poem about the sea.',
  'Translate to French: The sea is blue. It is wide.',
  'Summarise this as JSON: The sea is blue. It is wide.',
  'What is 17 times 23?',
  'Summarise this in one sentence:\n\n',
  'Shorten this to at most 3 characters: The sea is blue.',
  '',
]) {
  test(`the extractive model refuses ${JSON.stringify(prompt)}`, async () => {
    const model = await open('offline/extractive');
    await assert.rejects(
      collect(model.stream(ask(prompt), never())),
      (error) => error instanceof ModelError && error.code === 'PC5018',
    );
  });
}

test('there is no other offline model', async () => {
  const model = await open('offline/big');
  await assert.rejects(collect(model.stream(ask('Summarise: a. b.'), never())), /no model "offline\/big"/);
});

test('an aborted signal ends them too', async () => {
  const reason = new Error('enough');
  for (const id of ['echo/x', 'offline/extractive']) {
    const model = await open(id);
    await assert.rejects(collect(model.stream(ask('Summarise: a. b.'), AbortSignal.abort(reason))), (error) => error === reason);
  }
});
