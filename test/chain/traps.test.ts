import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyFixes } from '../../src/chain/fix.ts';
import { chainOf, check, told } from './checking.ts';

/** A trap, what is said of it, and the text once its fixes are applied. */
const TRAPS: readonly { name: string; written: string; problem: string; fixed: string }[] = [
  {
    name: 'a text with ": " is a map',
    written: 'steps:\n  - Extract facts from: {input}\n',
    problem: 'PC1109 2:5 this item is a map, not text: YAML reads ": " as a key; quote it',
    fixed: "steps:\n  - 'Extract facts from: {input}'\n",
  },
  {
    name: 'a placeholder is a map',
    written: 'steps:\n  - {input}\n',
    problem: 'PC1109 2:5 this is a map, not text: YAML reads "{" as the start of a map; quote it',
    fixed: "steps:\n  - '{input}'\n",
  },
  {
    name: 'a hash cuts a text',
    written: 'steps:\n  - prompt: Use #hashtag of {input}\n',
    problem: 'PC1110 2:17 the text is cut at " #"',
    fixed: "steps:\n  - prompt: 'Use #hashtag of {input}'\n",
  },
  {
    name: 'an exclamation mark is a tag',
    written: 'steps:\n  - if: !has(memory.x)\n    prompt: "{input}"\n',
    problem: 'PC1008 2:9 unknown YAML tag "!has(memory.x)": YAML reads "!" at the start of a value as a tag',
    fixed: 'steps:\n  - if: \'!has(memory.x)\'\n    prompt: "{input}"\n',
  },
  {
    name: 'doubled braces are a nested map',
    written: 'steps:\n  - set: {text: {{ input }}}\n    id: s\n  - "{input}"\n',
    problem: 'PC1109 2:17 this is a map, not text: YAML reads "{" as the start of a map; quote it',
    fixed: 'steps:\n  - set: {text: \'{input}\'}\n    id: s\n  - "{input}"\n',
  },
  {
    name: 'text after a placeholder is no YAML',
    written: 'steps:\n  - {input} in two lines\n',
    problem: 'PC1005 2:5 YAML reads this text as syntax: quote it',
    fixed: "steps:\n  - '{input} in two lines'\n",
  },
  {
    name: 'a value with ": " is no YAML',
    written: 'steps:\n  - prompt: Note: {input}\n',
    problem: 'PC1005 2:13 YAML reads this text as syntax: quote it',
    fixed: "steps:\n  - prompt: 'Note: {input}'\n",
  },
  {
    name: 'a key without a space is a text',
    written: 'steps:\n  - prompt:Hello {input}\n',
    problem: 'PC1109 2:5 this is a text, not a map: a key ends with ": ", with a space',
    fixed: 'steps:\n  - prompt: Hello {input}\n',
  },
  {
    name: 'a no-break space after a key is no space',
    written: 'steps:\n  - prompt:\u00a0Hello {input}\n',
    problem: 'PC1109 2:5 this is a text, not a map: what follows ":" looks like a space and is another character',
    fixed: 'steps:\n  - prompt: Hello {input}\n',
  },
  {
    name: 'quotes end before the text does',
    written: 'steps:\n  - prompt: "Hi" to {input}\n',
    problem: 'PC1005 2:13 the quotes end before the text does: quote all of it',
    fixed: 'steps:\n  - prompt: \'"Hi" to {input}\'\n',
  },
  {
    name: 'an apostrophe ends single quotes',
    written: "steps:\n  - prompt: 'don't stop: {input}'\n",
    problem: "PC1005 2:13 the quotes end before the text does: write a ' inside as ''",
    fixed: "steps:\n  - prompt: 'don''t stop: {input}'\n",
  },
  {
    name: 'an exclamation mark before a placeholder is a tag',
    written: 'steps:\n  - !important {input}\n',
    problem: 'PC1008 2:5 unknown YAML tag "!important": YAML reads "!" at the start of a value as a tag',
    fixed: "steps:\n  - '!important {input}'\n",
  },
  {
    name: 'yes is a text in YAML 1.2',
    written: 'inputs: {a: {required: yes}}\nsteps: ["{input} {inputs.a}"]\n',
    problem: 'PC1101 1:24 "required" must be true or false, not text',
    fixed: 'inputs: {a: {required: true}}\nsteps: ["{input} {inputs.a}"]\n',
  },
  {
    name: 'a long number loses digits',
    written: 'steps:\n  - set: {id: 12345678901234567890}\n    id: s\n  - "{input}"\n',
    problem: 'PC1009 2:15 the number 12345678901234567890 would lose digits; quote it',
    fixed: 'steps:\n  - set: {id: \'12345678901234567890\'}\n    id: s\n  - "{input}"\n',
  },
  {
    name: 'a leading star is an alias',
    written: 'steps:\n  - prompt: "{input}"\n    system: *Important*\n',
    problem: 'PC1007 3:13 the alias "*Important*" has no anchor before it',
    fixed: 'steps:\n  - prompt: "{input}"\n    system: \'*Important*\'\n',
  },
];

describe('what YAML reads as something else', () => {
  for (const { name, written, problem, fixed } of TRAPS) {
    it(name, () => {
      const { problems } = check(written);
      assert.equal(told(written)[0], problem);
      assert.equal(problems[0]?.severity, 'error');
      assert.equal(applyFixes(written, problems), fixed);
      assert.deepEqual(told(fixed), [], 'the fixed text has no problems');
    });
  }

  it('keeps the source form of a number where text is wanted', () => {
    const chain = chainOf('inputs:\n  v: {default: 1.10}\nsteps:\n  - 1.10\n  - prompt: 2.50\nallow_empty: true\n');
    assert.equal(chain.inputs.v?.default, '1.10');
    const scope = { input: '', inputs: {}, steps: {}, memory: {}, run: { id: 'r', steps: 0 }, history: '', user: '' };
    assert.deepEqual(
      chain.steps.map((step) => step.body.preview?.(scope)),
      ['1.10', '2.50'],
    );
  });
});
