import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../../src/core/errors.ts';
import type { AnswerFormat } from '../../src/core/model.ts';
import { createOpenModel } from '../../src/models/open.ts';
import { ask, collect, modelIo, never, specOf, textOf } from './calling.ts';

async function answer(prompt: string, format: AnswerFormat): Promise<string> {
  const model = await createOpenModel({ io: modelIo() })(specOf('offline/extractive'));
  return textOf(await collect(model.stream({ ...ask(prompt), format }, never())));
}

const choices = ['bug', 'feature', 'question'];
const LABEL: AnswerFormat = { schema: { type: 'string', enum: choices }, choices };

const FORM: AnswerFormat = {
  schema: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: choices },
      severity: { type: 'integer' },
      due_date: { type: 'string' },
      urgent: { type: 'boolean' },
      files: { type: 'array', items: { type: 'string' } },
      why: { type: 'string' },
    },
    required: ['kind', 'severity'],
  },
};

test('a choice is the one that the text names, not the request before it', async () => {
  assert.equal(
    await answer('Is this a bug, a feature or a question? Text:\nTwo bugs and a feature: the first bug …', LABEL),
    'bug',
  );
  assert.equal(await answer('Sort: this is a FEATURE, please', LABEL), 'feature');
});

test('fields are what the text says of them; optional ones that it does not name are left out', async () => {
  const text = 'Sort this:\n\nSeverity: 4\nDue date: next Monday.\nUrgent: yes\nFiles: a.ts, b.ts\nA bug in the export.';
  const data = { kind: 'bug', severity: 4, due_date: 'next Monday', urgent: true, files: ['a.ts', 'b.ts'] };
  assert.deepEqual(JSON.parse(await answer(text, FORM)), data);
});

for (const [text, what, format] of [
  ['Sort: the weather is fine', /does not say which of bug, feature, question it is/, LABEL],
  ['Sort: a bug or a feature', /does not say which of/, LABEL],
  ['Sort:\n\nA bug of severity four', /does not say the field "severity"/, FORM],
  ['Sort: 1, 2', /does not say an answer of that form/, { schema: { type: 'array', items: { type: 'integer' } } }],
] as const) {
  test(`what the text does not say is an error, never made up: ${text}`, async () => {
    await assert.rejects(answer(text, format), (error) => error instanceof ModelError && what.test(error.message));
  });
}
