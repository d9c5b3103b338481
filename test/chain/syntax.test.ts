import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { told } from './checking.ts';

/** A slip that no YAML parser forgives, and what is said of it. */
const SLIPS: readonly (readonly [string, string, string])[] = [
  ['merge conflict', 'steps:\n<<<<<<< HEAD\n  - "{input}"\n', '2:1 this is the mark of a merge conflict'],
  ['no-break spaces', 'steps:\n\u00a0\u00a0- "{input}"\n', '2:1 this looks like a space and is another character'],
  ['text on the line of |', 'steps:\n  - prompt: | {input}\n', '2:13 the text after "|" or ">" starts on the next line'],
  [
    'text under its key',
    'steps:\n  - prompt: |\n    say {input}\n',
    '3:5 this is not part of the text above: it has to stand further in than its key',
  ],
  [
    'text left of its key',
    'steps:\n  - prompt: >-\n\n  {input}\n',
    '4:3 this is not part of the text above: it has to stand further in than its key',
  ],
  ['no space after a colon', 'steps:\n  - id:a\n    prompt: "{input}"\n', '2:5 a key ends with ": ", with a space'],
  ['an open quote', 'steps:\n  - "{input}\n', '3:1 not valid YAML: a quoted text is not closed before this'],
  ['tabs', 'steps:\n\t- "{input}"\n', '2:1 not valid YAML: tabs are not allowed as indentation'],
];

describe('slips of the keyboard', () => {
  for (const [name, text, problem] of SLIPS) {
    it(name, () => assert.deepEqual(told(text), [`PC1005 ${problem}`]));
  }

  it('tags that would make something else than plain data are refused, and those that say what stands there are not', () => {
    const tags = [
      '!!js/function "f"',
      '!!python/object:os.system [x]',
      '!!binary aGk=',
      '!!set {a}',
      '!!timestamp 2026-01-01',
      '!!constructor x',
    ];
    for (const tag of [...tags, '!!int abc', '!!bool maybe', '!!map [a]', '!!str {a: 1}']) {
      assert.match(told(`steps: [{set: {a: ${tag}}, id: s}]\n`).join('\n'), /^PC1008 1:19 [^\n]*$/, tag);
    }
    assert.deepEqual(
      told('steps: [{set: {a: !!str 1, b: !!int 2, c: !!float 0.5, d: !!null "", e: !!seq [x], f: !!map {x: y}}, id: s}]\n'),
      [],
    );
    assert.deepEqual(told('x-own: !!binary aGk=\nsteps: ["{input}"]\n'), []);
  });
});

it('a text that only has to be quoted does not hide the other mistakes of a file', () => {
  assert.deepEqual(told('naem: x\nsteps:\n  - prompt: Note: {input}\n  - promt: "{input}"\n  - "{steps.no.output}"\n'), [
    'PC1102 1:1 unknown key "naem" in the chain',
    'PC1005 3:13 YAML reads this text as syntax: quote it',
    'PC1102 4:5 unknown key "promt" in step 2',
    'PC3002 5:13 there is no step "no" before this one',
  ]);
});

it('nor does an invisible character', () => {
  assert.deepEqual(told('naem: x\nsteps:\n  - "a\u200b {inputs.no}"\n  - pro\u200bmpt: "{input}"\n'), [
    'PC1102 1:1 unknown key "naem" in the chain',
    'PC1004 3:7 an invisible character (\\u200b) is not allowed in a chain file',
    'PC3004 3:17 the chain has no input "no"',
    'PC1004 4:8 an invisible character (\\u200b) is not allowed in a chain file',
  ]);
});
