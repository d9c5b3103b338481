import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyHunks, readHunks } from '../../../src/engineer/improve/patch.ts';

const ANSWER = `Two changes.
REASON: it was vague
<<<<<<< SEARCH
- Be nice.
=======
- Use the customer's name.
- Say thanks.
>>>>>>> REPLACE
REASON: the form was missing
<<<<<<< SEARCH
=======
Answer with JSON.
>>>>>>> REPLACE
<<<<<<< SEARCH
- Drop me.
=======
>>>>>>> REPLACE`;

test('hunks are read with their reasons, and applied', () => {
  const hunks = readHunks(ANSWER);
  assert.deepEqual(
    hunks.map(({ reason }) => reason),
    ['it was vague', 'the form was missing', 'the form was missing'],
  );
  assert.deepEqual(applyHunks('Reply.\n- Be nice.  \n- Drop me.\n- Stay.', hunks), {
    text: "Reply.\n- Use the customer's name.\n- Say thanks.\n- Stay.\nAnswer with JSON.",
  });
});

test('a hunk that fits nowhere, or in two places, is none', () => {
  const hunk = { search: 'a\nb', replace: 'c', reason: '' };
  assert.match(JSON.stringify(applyHunks('a\nc', [hunk])), /not in the prompt/);
  assert.match(JSON.stringify(applyHunks('a\nb\na\nb', [hunk])), /2 times/);
});

test('text that only looks like a hunk is not read as one', () => {
  assert.deepEqual(readHunks('<<<<<<< SEARCH\na\n=======\nb'), []);
});
