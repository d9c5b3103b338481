import { deepEqual, equal } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promptPlaces, withText } from '../../../src/cli/engineer/prompt-places.ts';
import type { Chain } from '../../../src/core/chain.ts';

const CHAIN = `# A chain
steps:
  - "First: {input}" # of one line
  - id: decide # the heart
    prompt: | # a block
      You decide.

      {input}
    system: 'It''s one line.'
    temperature: 0
  - id: views
    parallel:
      for: {id: pro, prompt: "In a flow: {input}"}
      against:
        - id: contra
          prompt: >-
            Folded
            text.
  - id: told
    prompt: {file: prompts/tell.md}
  - prompt: "{input}"
`;
const TOLD = '---\r\ntemperature: 0\r\n---\r\nTell it.\r\n\r\n';

describe('texts of prompts in files', () => {
  const root = mkdtempSync(join(tmpdir(), 'promptchain-places-'));
  const file = join(root, 'chain.yaml');
  mkdirSync(join(root, 'prompts'));
  writeFileSync(file, CHAIN);
  writeFileSync(join(root, 'prompts/tell.md'), TOLD);
  const places = promptPlaces({ file, dir: root } as Chain);
  const placeOf = (id: string) => places.filter((place) => place.id === id)[0] ?? { id, step: '', file, text: '' };
  rmSync(root, { recursive: true, force: true });

  it('finds each, with its text', () => {
    deepEqual(
      places.map(({ id, text }) => [id, text]),
      [
        ['1.prompt', 'First: {input}'],
        ['decide.prompt', 'You decide.\n\n{input}'],
        ['decide.system', "It's one line."],
        ['pro.prompt', 'In a flow: {input}'],
        ['contra.prompt', 'Folded text.'],
        ['told.prompt', 'Tell it.'],
      ],
    );
  });

  const cases: readonly (readonly [id: string, text: string, from: string, to: string])[] = [
    [
      'decide.prompt',
      'Pick.\n\n- a: b\n\n{input}',
      '| # a block\n      You decide.\n\n      {input}\n',
      '| # a block\n      Pick.\n\n      - a: b\n\n      {input}\n',
    ],
    [
      'decide.prompt',
      '  far\nnear',
      '| # a block\n      You decide.\n\n      {input}\n',
      '|2 # a block\n        far\n      near\n',
    ],
    ['decide.system', "It's another.", "'It''s one line.'", "'It''s another.'"],
    ['decide.system', 'Two\nlines.', "'It''s one line.'", '|-\n      Two\n      lines.'],
    ['1.prompt', 'Two\nlines: {input}', '"First: {input}"', '"Two\\nlines: {input}"'],
    ['pro.prompt', 'Two\n"lines": {input}', '"In a flow: {input}"', '"Two\\n\\"lines\\": {input}"'],
    [
      'contra.prompt',
      'Unfolded\ntext.',
      '>-\n            Folded\n            text.\n',
      '|-\n            Unfolded\n            text.\n',
    ],
  ];
  for (const [id, text, from, to] of cases) {
    it(`puts ${JSON.stringify(text)} in the place of ${id} and changes nothing else`, () => {
      equal(
        withText(CHAIN, placeOf(id), text),
        CHAIN.replace(from, () => to),
      );
    });
  }

  it('leaves front matter, line breaks and a byte order mark', () => {
    equal(
      withText(`\ufeff${TOLD}`, placeOf('told.prompt'), 'Say it.\nLoudly.'),
      `\ufeff${TOLD.replace('Tell it.', 'Say it.\r\nLoudly.')}`,
    );
  });
});
