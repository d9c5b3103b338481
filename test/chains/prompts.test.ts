import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ROOTS } from '../../src/core/scope.ts';

const PROMPTS = join(import.meta.dirname, '../../../prompts');

/** The names chains may use, each with its parameter: `!` required, else the default. */
const TECHNIQUES: Readonly<Record<string, string>> = {
  chain_of_draft: '',
  chain_of_thought: '',
  comparative_answering: 'the ones that matter most for the choice',
  compress: '',
  constraints_first: '',
  context_expansion: 'background',
  contrarian_perspective: '',
  definitions: '',
  delimiters: '',
  edge_cases: '',
  examples_standardize: '',
  few_shot: '3',
  forbidden_words: '!',
  grounding: '',
  iterative_refinement: '',
  migrate: '!',
  output_contract: '',
  persona_emulation: '!',
  positive_rules: '',
  react: '',
  refusal_policy: '',
  reverse_prompting: '3',
  role_playing: '!',
  self_check: '',
  step_by_step: '',
  style_mimicking: '!',
  tree_of_thought: '3',
};

const STRATEGIES = ['cod', 'cot', 'ltm', 'reflexion', 'self-consistent', 'self-refine', 'standard', 'tot'];

interface FrontMatter {
  readonly description: string;
  readonly parameter?: {
    readonly name: string;
    readonly required: boolean;
    readonly default?: string;
    readonly description: string;
  };
}

test('the strategies and techniques are the documented ones', () => {
  assert.deepEqual(namesIn('strategies'), STRATEGIES);
  assert.deepEqual(namesIn('techniques'), Object.keys(TECHNIQUES));
});

for (const folder of ['strategies', 'techniques']) {
  for (const name of namesIn(folder)) {
    test(`${folder}/${name} can be put beside any prompt`, () => {
      const { head, body } = read(folder, name);
      assert.match(head.description, /^[^\n]{10,100}$/);
      assert.ok(body.length > 100 && body.length < 1500, `${body.length} characters`);
      assert.doesNotMatch(body, new RegExp(`\\{\\s*(${ROOTS.join('|')})\\b`), 'a reserved root would be filled in');
      assert.doesNotMatch(body, /^\s*(#|\||```)|\*\*/m, 'Markdown in a prompt asks for Markdown in the answer');
      assert.doesNotMatch(body, /\b(ChatGPT|GPT|Claude|Gemini)\b/, 'one text serves every model');
    });
  }
}

for (const [name, expected] of Object.entries(TECHNIQUES)) {
  test(`techniques/${name} declares its parameter as documented and uses it`, () => {
    const { head, body } = read('techniques', name);
    const { parameter } = head;
    assert.equal(parameter !== undefined, expected !== '');
    assert.equal(body.split('{parameter}').length - 1, expected === '' ? 0 : 1);
    if (parameter === undefined) return;
    assert.equal(parameter.required, expected === '!');
    assert.equal(parameter.default, expected === '!' ? undefined : expected);
    assert.match(parameter.name, /^[a-z]+$/);
    assert.ok(parameter.description.length > 0);
  });
}

test('texts that ask for reasoning agree on how the answer is set apart, so that they can be combined', () => {
  const endings = new Set<string>();
  for (const folder of ['strategies', 'techniques']) {
    for (const name of namesIn(folder)) {
      const ending = /^End with .*? above\./m.exec(read(folder, name).body)?.[0];
      if (ending !== undefined) endings.add(ending);
    }
  }
  assert.equal(endings.size, 1);
  assert.match([...endings].join(), /"Final answer:"/);
});

function namesIn(folder: string): string[] {
  return readdirSync(join(PROMPTS, folder))
    .map((file) => file.replace(/\.md$/, ''))
    .sort();
}

function read(folder: string, name: string): { head: FrontMatter; body: string } {
  const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(readFileSync(join(PROMPTS, folder, `${name}.md`), 'utf8')) ?? [];
  assert.ok(head !== undefined && body !== undefined, 'front matter, then text');
  return { head: parse(head) as FrontMatter, body: body.trim() };
}
