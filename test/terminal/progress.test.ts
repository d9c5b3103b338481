import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Event } from '../../src/core/event.ts';
import { interactiveRenderer } from '../../src/terminal/interactive.ts';
import { PLAIN } from '../../src/terminal/paint.ts';
import { plainRenderer, quietRenderer } from '../../src/terminal/plain.ts';
import { beside, type Renderer, waitingForResult } from '../../src/terminal/renderer.ts';
import { NO_SPINNER } from '../../src/terminal/spinner.ts';
import { textRenderer } from '../../src/terminal/text.ts';
import { verboseRenderer } from '../../src/terminal/verbose.ts';
import { delta, events, type Recording, recordingOutput, result, started, stepCompleted, stepStarted } from './recording.ts';

const explain = (): string => 'error[PC5001]: the provider is down\n';

const succeeded = events(
  started,
  stepStarted('facts'),
  delta('facts', 'one\ntwo'),
  stepCompleted('facts', 'one\ntwo'),
  {
    type: 'step.skipped',
    step: 'check',
    id: 'check',
    kind: 'prompt',
    condition: 'inputs.deep',
    values: { 'inputs.deep': false },
  },
  stepStarted('report', true),
  {
    type: 'step.retrying',
    step: 'report',
    attempt: 1,
    attempts: 4,
    reason: 'overloaded',
    wait_ms: 1500,
    error: { code: 'PC6001', reason: 'overloaded', message: 'busy\nvery' },
  },
  delta('report', 'The '),
  delta('report', 'end'),
  stepCompleted('report', 'The end'),
  { type: 'warning', code: 'PC3020', message: 'doubtful' },
  { type: 'run.completed', result: result({ output: 'The end', usage: { input_tokens: 24, output_tokens: 6 }, cost_usd: null }) },
);

const failed = events(started, stepStarted('facts', true), {
  type: 'run.failed',
  result: result({ status: 'failed', output: null }),
});

describe('progress that is not on a terminal', () => {
  it('has one plain line for every step', async () => {
    assert.equal(
      await written((err) => plainRenderer({ err, paint: PLAIN, explain }), succeeded),
      [
        'triage: 2 steps',
        'facts: done (prompt, openai/gpt-4o-mini, 250 ms, 12 tokens in, 3 out)',
        'check: skipped: inputs.deep is false (inputs.deep = false)',
        'report: attempt 1 of 4 failed, next in 1.5 s: busy very',
        'report: done (prompt, openai/gpt-4o-mini, 250 ms, 12 tokens in, 3 out)',
        'warning[PC3020]: doubtful',
        'done in 1.2 s (0 steps, 24 tokens in, 6 out, cost unknown)',
        '',
      ].join('\n'),
    );
  });

  it('says what is not a language model', async () => {
    const list = events({ ...stepCompleted('1', 'x'), model: 'offline/extractive', llm: false });
    assert.match(
      await written((err) => plainRenderer({ err, paint: PLAIN, explain }), list),
      /offline\/extractive \(not a language model\)/,
    );
  });

  it('is errors only with -q', async () => {
    const quiet = (err: Recording) => quietRenderer({ err, paint: PLAIN, explain });
    assert.equal(await written(quiet, succeeded), '');
    assert.equal(await written(quiet, failed), explain());
  });

  it('has what intermediate steps gave with -v, each line marked, and not the result', async () => {
    const text = await written((err) => verboseRenderer({ err, paint: PLAIN, explain, showReasoning: false }), succeeded);
    assert.match(text, /facts: started \(prompt, openai\/gpt-4o-mini\)\n {2}\| one\n {2}\| two\nfacts: done/);
    assert.doesNotMatch(text, /The end/);
  });

  it('puts no line break and no control sequence of a model into a line', async () => {
    const list = events(
      { type: 'warning', code: 'PC1', message: 'a\n::error::b\x1b[2J' },
      { type: 'step.log', step: '1', text: 'x\x1b[1m\n\r::warning::y\n' },
    );
    const text = await written((err) => plainRenderer({ err, paint: PLAIN, explain }), list);
    assert.equal(text, 'warning[PC1]: a ::error::b\n1: x\n1: ::warning::y\n');
  });
});

describe('progress and result on one terminal', () => {
  it('do not run into each other', async () => {
    const screen = recordingOutput({ isTTY: true });
    const progress = interactiveRenderer({
      err: screen,
      paint: PLAIN,
      explain,
      spinner: NO_SPINNER,
      showReasoning: false,
      resultStreams: true,
      raw: false,
    });
    await play(beside(textRenderer({ out: screen, stream: true, raw: false }), waitingForResult(progress)), succeeded);
    assert.equal(
      screen.text,
      [
        'triage: 2 steps',
        'facts (prompt, openai/gpt-4o-mini)',
        'one',
        'two',
        '  done (prompt, openai/gpt-4o-mini, 250 ms, 12 tokens in, 3 out)',
        'check: skipped: inputs.deep is false (inputs.deep = false)',
        'report (prompt, openai/gpt-4o-mini)',
        'report: attempt 1 of 4 failed, next in 1.5 s: busy very',
        'The end',
        '  done (prompt, openai/gpt-4o-mini, 250 ms, 12 tokens in, 3 out)',
        'warning[PC3020]: doubtful',
        'done in 1.2 s (0 steps, 24 tokens in, 6 out, cost unknown)',
        '',
      ].join('\n'),
    );
  });
});

it('on a terminal every text and every end of a step that runs beside others has its name', async () => {
  const list = events(
    stepStarted('p'),
    stepStarted('p/a'),
    stepStarted('p/b'),
    stepCompleted('p/b', 'two'),
    delta('p/a', 'one'),
    stepCompleted('p/a', 'one'),
    stepCompleted('p', 'both'),
  );
  const options = { paint: PLAIN, explain, spinner: NO_SPINNER, showReasoning: false, resultStreams: true, raw: false };
  const text = await written((err) => interactiveRenderer({ ...options, err }), list);
  const about = '(prompt, openai/gpt-4o-mini, 250 ms, 12 tokens in, 3 out)';
  assert.deepEqual(text.split('\n'), [
    'p (prompt, openai/gpt-4o-mini)',
    'p/a (prompt, openai/gpt-4o-mini)',
    `p/b: done ${about}`,
    'p/a (prompt, openai/gpt-4o-mini)',
    'one',
    `  done ${about}`,
    `p: done ${about}`,
    '',
  ]);
});

it('progress and a result that streams into the same log keep their lines apart', async () => {
  const log = recordingOutput();
  const progress = plainRenderer({ err: log, paint: PLAIN, explain });
  await play(beside(textRenderer({ out: log, stream: true, raw: false }), waitingForResult(progress)), succeeded);
  assert.match(log.text, /busy very\nThe end\nreport: done .*\nwarning/);
});

async function written(open: (err: Recording) => Renderer, list: readonly Event[]): Promise<string> {
  const err = recordingOutput();
  await play(open(err), list);
  return err.text;
}

async function play(renderer: Renderer, list: readonly Event[]): Promise<void> {
  for (const event of list) await renderer.write(event);
  await renderer.end();
}

const agent = events(
  started,
  { type: 'mcp.started', server: 'fs', name: 'Files\nof', version: '1.0', tools: 14, duration_ms: 300 },
  { type: 'mcp.failed', server: 'web', error: { code: 'PC7011', reason: 'tool', message: 'did not start' } },
  stepStarted('find', true),
  { type: 'turn.started', step: 'find', turn: 'find/t1', model: 'openai/gpt-4o-mini' },
  { type: 'turn.delta', step: 'find', turn: 'find/t1', text: 'I will look.' },
  {
    type: 'turn.completed',
    step: 'find',
    turn: 'find/t1',
    model: 'openai/gpt-4o-mini',
    text: 'I will look.',
    tool_calls: [{ id: 'c1', name: 'mcp_fs_read', arguments: '{"path":"a"}' }],
    finish_reason: 'tool_calls',
    attempts: 1,
    usage: { input_tokens: 1, output_tokens: 1 },
    cost_usd: null,
    duration_ms: 20,
  },
  { type: 'tool.started', step: 'find', call: 'find/t1.1', tool: 'fs.read', arguments: { path: 'a'.repeat(200) } },
  { type: 'tool.completed', step: 'find', call: 'find/t1.1', tool: 'fs.read', is_error: true, text: 'no\nfile', duration_ms: 3 },
  { type: 'tool.started', step: 'find', call: 'find/t1.2', tool: 'time', arguments: {} },
  { type: 'tool.completed', step: 'find', call: 'find/t1.2', tool: 'time', is_error: false, text: 'noon', duration_ms: 2 },
  { type: 'objective.checked', step: 'find', condition: 'loop.data.ok', met: true, values: {} },
  { type: 'turn.delta', step: 'find', turn: 'find/t2', text: 'It is noon.' },
  delta('find', 'It is noon.'),
  stepCompleted('find', 'It is noon.'),
  { type: 'run.completed', result: result({ output: 'It is noon.' }) },
);

const CALLS = [
  'server fs: Files of 1.0, 14 tools, started in 300 ms',
  'server web: did not start',
  `find: calls fs.read {"path":"${'a'.repeat(68)}...`,
  'find: fs.read failed after 3 ms: no file',
  'find: calls time',
  'find: time answered in 2 ms',
];

describe('progress of tools', () => {
  it('has a line for every call and every server', async () => {
    const text = await written((err) => plainRenderer({ err, paint: PLAIN, explain }), agent);
    assert.deepEqual(text.split('\n').slice(1, -3), CALLS);
  });

  it('in the verbose form also has turns, what the model said before it called, and conditions', async () => {
    const text = await written((err) => verboseRenderer({ err, paint: PLAIN, explain, showReasoning: false }), agent);
    for (const line of [...CALLS, 'find: asks openai/gpt-4o-mini', '  | I will look.', 'find: loop.data.ok is true']) {
      assert.ok(text.split('\n').includes(line), `${line}\nis not in\n${text}`);
    }
    assert.ok(!text.includes('It is noon.'));
  });

  it('on a terminal shows what the model says before it calls a tool, and the answer once', async () => {
    const out = recordingOutput({ isTTY: true });
    const options = { paint: PLAIN, explain, spinner: NO_SPINNER, showReasoning: false, resultStreams: true, raw: false };
    const renderer = beside(
      textRenderer({ out, stream: true, raw: false }),
      waitingForResult(interactiveRenderer({ ...options, err: out })),
    );
    for (const event of agent) await renderer.write(event);
    await renderer.end();
    assert.equal(out.text.split('I will look.').length, 2);
    assert.equal(out.text.split('It is noon.').length, 2);
    assert.ok(out.text.includes('\nfind: calls fs.read'));
  });
});
