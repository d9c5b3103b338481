import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { type DataSchema, dataSchema } from '../../src/cli/schemas/index.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { hunk, type Script, scripted } from './engineer/scripted.ts';
import { openWorld } from './engineer/worlds.ts';
import { openSandbox } from './sandbox.ts';

/** Fails for anything that the schema does not list, and for anything it lists that is not there. */
async function fits(name: DataSchema, text: string): Promise<Record<string, unknown>> {
  const value = JSON.parse(text);
  for (const closed of [true, false]) {
    const valid = new Ajv({ strict: true, allErrors: true }).compile(await dataSchema(name, { closed }));
    assert.ok(valid(value), `${JSON.stringify(valid.errors, null, 1)}\n${text.slice(0, 5000)}`);
  }
  return value;
}

const REMOTE = `models: { m: { model: openai/own, price: { input: 0, output: 20 } } }
model: m
steps:
  - { id: ask, prompt: "{input}", retry: 1 }
`;

const CASES = `- { id: good, input: fine, expected: yes, metadata: { topic: a, tags: [x] } }
- id: judged
  description: by a model
  vars: { input: fine, more: { a: 1 } }
  assert:
    - { type: llm-rubric, value: short, metric: tone }
    - { type: not-contains, value: yes, weight: 2 }
    - { type: equals, value: yes, step: ask }
    - { type: assert-set, threshold: 0.5, assert: [{ type: contains, value: e }, { type: is-json }] }
- { id: refused, input: busy, expected: yes }
- { id: failed, input: empty, expected: { a: 1 } }
- { id: last, input: fine }
`;

describe('what test and engineer print with --json is what the schemas say', () => {
  for (const command of [['test'], ['engineer', 'eval']]) {
    it(`${command.join(' ')}: cases that pass, fail, are judged, refused, and cut off by a limit`, async () => {
      await using fake = await startFakeProvider({
        replies: (request) => {
          const asked = JSON.stringify(request.body);
          if (asked.includes('<rubric>')) return { text: '{"pass": true, "score": 0.8, "reason": "short"}' };
          if (asked.includes('busy')) return { status: 429 };
          return { text: asked.includes('empty') ? '' : 'yes', usage: { input: 0, output: 50, cached: 0 } };
        },
      });
      using sandbox = openSandbox({ 'chain.yaml': REMOTE, 'cases.yaml': CASES });
      const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
      const args = [...command, 'chain.yaml', '--data', 'cases.yaml', '--judge-model', 'openai/judge', '-j', '1', '--json'];
      const whole = await fits('evaluation', (await sandbox.run(args, { env })).stdout);
      assert.deepEqual(whole.counts, { passed: 2, failed: 2, error: 1, not_run: 0 });
      const cut = await fits('evaluation', (await sandbox.run([...args, '--max-turns', '1', '--repeat', '2'], { env })).stdout);
      assert.equal(cut.exit_code, 6);
    });
  }

  const SCRIPTS: Readonly<Record<string, readonly [script: Script, flags: readonly string[]]>> = {
    'a better prompt, written': [{}, ['--write']],
    'one that is measured': [{}, ['--synthesize', '3']],
    'edits that are refused': [{ revise: () => hunk('Nothing.', 'Like that.') }, []],
    'a limit': [{}, ['--max-calls', '2']],
    'a prompt for a task': [{ revise: () => '', answer: () => '<new_prompt>\nDo {input}.\n</new_prompt>' }, ['--task', 'do it']],
  };
  for (const [name, [script, flags]] of Object.entries(SCRIPTS)) {
    it(`engineer improve: ${name}`, async () => {
      await using fake = await startFakeProvider({ replies: scripted(script) });
      using sandbox = openSandbox({ 'prompt.md': 'Be good.\nAbout: {input}. Answer in 3 words. Answer in 5 words.\n' });
      const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
      const target = flags.includes('--task') ? [] : ['prompt.md'];
      const args = ['engineer', 'improve', ...target, ...flags, '-m', 'openai/gpt-4o-mini', '--json'];
      const { results } = await fits('improve', (await sandbox.run(args, { env })).stdout);
      assert.equal((results as unknown[]).length, 1);
    });
  }

  it('engineer lint', async () => {
    using sandbox = openSandbox({ 'a.md': 'TODO: say more about {input}\n', 'b.md': 'Count the words of this text:\n{input}\n' });
    const { prompts } = await fits('lint', (await sandbox.run(['engineer', 'lint', 'a.md', 'b.md', '--json'])).stdout);
    assert.equal((prompts as unknown[]).length, 2);
  });

  it('engineer optimize, show and report.json', async () => {
    await using world = await openWorld();
    const { stdout } = await world.engineer('optimize', 'chain.yaml', '--budget', '150', '--run-dir', 'run', '--json');
    const told = await fits('report', stdout.trimEnd().split('\n').at(-1) ?? '');
    assert.equal(told.verdict, 'improved');
    assert.deepEqual(await fits('report', (await world.engineer('show', 'run', '--json')).stdout), told);
    assert.deepEqual(await fits('report', (await world.engineer('report', 'run', '--format', 'json')).stdout), told);
  });
});
