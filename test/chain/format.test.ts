import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatYaml } from '../../src/chain/format.ts';
import { check, PACKAGE_DIR } from './checking.ts';
import { CATEGORIES } from './generated-files.ts';
import { createRandom } from './generated-pieces.ts';

const UNTIDY = `

# head
name:    x   # trailing
description: >-

    folded

      further in
    end
steps:
    # before the first
    - id: a
      # before the prompt
      prompt: | # of the header
          hello {input}

           further in

      # after the text
      model:  "echo/x"


    -   prompt: "two
           lines {input}

         of text"
        with: {a: 1,b: [ 1,2 ], c: {d: e},}
        tools: [ a,b,
         c ]
        x-empty:
    # before the third
    - "{input}"
    - prompt: |2+
           kept


    - steps:
      - 'it''s {input}'
      - run:  "date"
        timeout: 1.50s
      -
        run: x
  # out of line
# end


`;

const TIDY = `# head
name: x   # trailing
description: >-

  folded

    further in
  end
steps:
  # before the first
  - id: a
    # before the prompt
    prompt: | # of the header
      hello {input}

       further in

    # after the text
    model: "echo/x"

  - prompt: "two
      lines {input}

      of text"
    with: { a: 1, b: [1, 2], c: { d: e } }
    tools: [ a,b,
     c ]
    x-empty:
  # before the third
  - "{input}"
  - prompt: |2+
         kept


  - steps:
      - 'it''s {input}'
      - run: "date"
        timeout: 1.50s
      -
        run: x
  # out of line
# end
`;

describe('the layout of a chain file', () => {
  it('is two spaces a level, one space after - and :, and texts and comments as they were', () => {
    assert.equal(formatYaml(UNTIDY), TIDY);
  });

  it('stays what it is', () => assert.equal(formatYaml(TIDY), TIDY));

  it('keeps line ends and a byte order mark', () => {
    assert.equal(formatYaml(`\ufeff${UNTIDY.replaceAll('\n', '\r\n')}`), `\ufeff${TIDY.replaceAll('\n', '\r\n')}`);
  });

  it('is that of every example', () => {
    const dir = join(PACKAGE_DIR, 'chains');
    const names = readdirSync(dir).filter((name) => name.endsWith('.yaml'));
    assert.ok(names.length > 10);
    for (const name of names) {
      const text = readFileSync(join(dir, name), 'utf8');
      assert.equal(formatYaml(text), text, name);
    }
  });

  it('is not given to YAML that chains have no use for', () => {
    assert.equal(formatYaml('? a\n: b\n'), undefined);
  });
});

describe('of generated files, those that are laid out', () => {
  for (const [index, [name, generate]] of Object.entries(CATEGORIES).entries()) {
    it(`have the same problems as before and nothing left to lay out: ${name}`, () => {
      const random = createRandom(20_261_128 + index);
      for (let file = 0; file < 25; file += 1) {
        const text = generate(random);
        if (check(text).problems.some(({ code }) => code === 'PC1003')) continue;
        const formatted = formatYaml(text);
        if (formatted === undefined) continue;
        assert.equal(formatYaml(formatted), formatted, JSON.stringify(text));
        assert.deepEqual(codes(formatted), codes(text), JSON.stringify(text));
      }
    });
  }
});

/** Where they are moves with the layout. */
function codes(text: string): string[] {
  return check(text)
    .problems.map(({ code, message }) => `${code} ${message.replaceAll(/\d+/g, '0')}`)
    .sort();
}
