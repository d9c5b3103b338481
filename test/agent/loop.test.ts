import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interrupted, ToolError } from '../../src/core/errors.ts';
import type { Reply } from '../fake/provider.ts';
import { assertSuccess, calling, play, toolOf, WIRES } from './playing.ts';
import { answers, choiceOf, texts } from './wire.ts';

const ADD = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] };
const adder = () => toolOf('calc.add', ({ a, b }) => String(Number(a) + Number(b)), ADD);
const agent = (more = '') => `  - { id: it, objective: "Add up: {input}", tools: ["calc.*"]${more === '' ? '' : `, ${more}`} }\n`;

for (const model of WIRES) {
  test(`${model}: calls of one turn run together and are answered in their order`, async () => {
    let running = 0;
    let most = 0;
    let release: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tool = toolOf('calc.wait', async ({ n }) => {
      running += 1;
      most = Math.max(most, running);
      if (running === 3) release();
      await all;
      return `n is ${n}`;
    });
    const played = await play({
      model,
      steps: agent(),
      tools: [tool],
      replies: [calling(['calc_wait', { n: 3 }], ['calc_wait', { n: 1 }], ['calc_wait', { n: 2 }]), { text: 'done' }],
    });
    assertSuccess(played, 'done');
    assert.equal(most, 3);
    assert.deepEqual(answers(played.requests[1]), ['n is 3', 'n is 1', 'n is 2']);
    assert.equal(played.result.steps[0]?.tool_calls, 3);
  });

  test(`${model}: what cannot be called is told to the model and reaches no tool`, async () => {
    const tool = adder();
    const other = toolOf('secret.read', () => 'the secret');
    const played = await play({
      model,
      steps: agent('max_steps: 9'),
      tools: [tool, other],
      replies: [
        calling(['secret_read', {}]),
        calling(['secret.read', {}]),
        calling(['calc_add', { a: 1 }]),
        calling(['calc_add', { a: 'x', b: 2 }]),
        calling(['calc_add', '{"a": 1,'], ['calc_add', '[1, 2]']),
        calling(['calc_add', { a: 1, b: 2 }], ['calc.add', { a: 2, b: 2 }]),
        { text: 'done' },
      ],
    });
    assertSuccess(played, 'done');
    assert.deepEqual(other.calls, []);
    assert.deepEqual(tool.calls, [
      { a: 1, b: 2 },
      { a: 2, b: 2 },
    ]);
    const told = answers(played.requests.at(-1));
    assert.match(told[0] ?? '', /no tool "secret_read".*calc_add/);
    assert.match(told[1] ?? '', /no tool "secret.read"/);
    assert.match(told[2] ?? '', /do not fit.*'b'/);
    assert.match(told[3] ?? '', /"a" must be number/);
    assert.match(told[4] ?? '', /not JSON/);
    assert.deepEqual(told.slice(-2), ['3', '4']);
    const completed = played.events.filter((event) => event.type === 'tool.completed');
    assert.deepEqual(
      completed.map(({ is_error }) => is_error),
      [true, true, true, true, true, true, false, false],
    );
  });

  test(`${model}: the last turns are announced to the model, and in the last one it can call nothing`, async () => {
    const played = await play({
      model,
      steps: agent('max_steps: 4'),
      tools: [adder()],
      replies: [
        calling(['calc_add', { a: 1, b: 1 }]),
        calling(['calc_add', { a: 2, b: 1 }]),
        calling(['calc_add', { a: 3, b: 1 }]),
        { text: '4' },
      ],
    });
    assertSuccess(played, '4');
    assert.deepEqual(played.requests.map(choiceOf), [undefined, undefined, undefined, 'none']);
    const last = (index: number) => texts(played.requests[index], 'user').at(-1) ?? '';
    assert.doesNotMatch(last(1), /turn/);
    assert.match(last(2), /two turns left/);
    assert.match(last(3), /last turn/);
    assert.equal(texts(played.requests[3], 'user').filter((text) => /turns? left/.test(text)).length, 0);
  });

  test(`${model}: an empty reply is asked about three times, then the step fails`, async () => {
    const empty: Reply = { text: '' };
    const failed = await play({
      model,
      steps: agent('max_steps: 9'),
      tools: [adder()],
      replies: [empty, { text: ' \n' }, empty, empty, { text: 'late' }],
    });
    assert.equal(failed.result.error?.code, 'PC5302');
    assert.equal(failed.requests.length, 4);
    const mended = await play({
      model,
      steps: agent('max_steps: 9'),
      tools: [adder()],
      replies: [empty, empty, empty, { text: 'here' }],
    });
    assertSuccess(mended, 'here');
    assert.equal(texts(mended.requests[3], 'user').filter((text) => /was empty/.test(text)).length, 3);
  });

  test(`${model}: minimal sends the last turn, progressive all, full also the prompts before`, async () => {
    const replies: Reply[] = [
      { text: 'early answer' },
      calling(['calc_add', { a: 1, b: 1 }]),
      calling(['calc_add', { a: 2, b: 2 }]),
      { text: 'end' },
    ];
    const steps = (history: string) => `  - "Early {input}"\n${agent(`max_steps: 9, history: ${history}`)}`;
    const sent = async (history: string) =>
      (await play({ model, steps: steps(history), tools: [adder()], replies })).requests.at(-1);
    assert.deepEqual(answers(await sent('minimal')), ['4']);
    assert.deepEqual(answers(await sent('progressive')), ['2', '4']);
    const full = await sent('full');
    assert.deepEqual(answers(full), ['2', '4']);
    assert.deepEqual(texts(full, 'assistant').slice(0, 1), ['early answer']);
    assert.equal(texts(await sent('progressive'), 'assistant').includes('early answer'), false);
  });

  test(`${model}: a turn that fails for the moment is taken again, its tools are not called again`, async () => {
    const tool = adder();
    const played = await play({
      model,
      steps: agent(),
      tools: [tool],
      replies: [calling(['calc_add', { a: 1, b: 1 }]), { status: 429 }, { text: 'half', truncate: 'mid' }, { text: '2' }],
    });
    assertSuccess(played, '2');
    assert.equal(tool.calls.length, 1);
    assert.equal(played.requests.length, 4);
    const retried = played.events.filter((event) => event.type === 'step.retrying');
    assert.deepEqual(
      retried.map(({ reason }) => reason),
      ['rate_limit', 'network'],
    );
  });

  test(`${model}: a refusal, also in the middle, fails the step and is no answer`, async () => {
    const played = await play({
      model,
      steps: `${agent()}  - "Next {input}"\n`,
      tools: [adder()],
      replies: [calling(['calc_add', { a: 1, b: 1 }]), { text: 'I will not do this.', finish: 'refusal' }, { text: 'never' }],
    });
    assert.equal(played.result.status, 'failed');
    assert.equal(played.result.error?.code, 'PC5301');
    assert.equal(played.result.error?.step, 'it');
    assert.equal(played.requests.length, 2);
  });

  test(`${model}: calls written as text are made when they name a tool; other JSON is an answer`, async () => {
    const call = '{"name": "calc_add", "arguments": {"a": 20, "b": 22}}';
    const written = [
      `Let me see.\n<tool_call>\n${call}\n</tool_call>`,
      `<tool_call>${call}`,
      `\`\`\`json\n${call}\n\`\`\``,
      `I will add them.\n\n\`\`\`json\n${call}\n\`\`\`\n`,
      `As before:\n\`\`\`json\n{"a": 1}\n\`\`\`\nNow:\n\`\`\`json\n${call}`,
      call,
      `[${call}]`,
      '{"type": "function", "name": "calc.add", "parameters": {"a": 20, "b": 22}}',
    ];
    for (const text of written) {
      const tool = adder();
      const played = await play({ model, steps: agent(), tools: [tool], replies: [{ text }, { text: 'it is 42' }] });
      assertSuccess(played, 'it is 42');
      assert.deepEqual(tool.calls, [{ a: 20, b: 22 }], text);
      assert.deepEqual(answers(played.requests[1]), ['42']);
    }
    const others = [
      '{"name": "Ada", "arguments": {}}',
      '{"name": "Ada", "arguments": {',
      'As JSON: {"name": "calc_add", "arguments": {"a": 1, "b": 2}}',
      `I called\n\`\`\`json\n${call}\n\`\`\`\nand it is 42.`,
    ];
    for (const text of others) {
      assertSuccess(await play({ model, steps: agent(), tools: [adder()], replies: [{ text }] }), text);
    }
  });

  test(`${model}: a call in a tag that cannot be read, or names no tool, is never the answer`, async () => {
    const tool = adder();
    const replies = [
      { text: '<tool_call>{"name": calc_add}</tool_call>' },
      { text: '<tool_call>{"name": "shell", "arguments": {}}</tool_call>' },
      { text: 'So:\n```json\n{"name": "calc_add", "arguments": {"a": 1, "b"\n```' },
      { text: '{"name": "calc_add", "arguments": {"a": 1}}}' },
      { text: 'ok' },
    ];
    const played = await play({ model, steps: agent('max_steps: 9'), tools: [tool], replies });
    assertSuccess(played, 'ok');
    assert.match(texts(played.requests[1], 'user').at(-1) ?? '', /No tool was called/);
    assert.match(answers(played.requests[2])[0] ?? '', /no tool "shell"/);
    assert.match(texts(played.requests[3], 'user').at(-1) ?? '', /No tool was called/);
    assert.match(texts(played.requests[4], 'user').at(-1) ?? '', /No tool was called/);
    assert.deepEqual(tool.calls, []);
  });
}

test('a call in the last turn is no answer, whatever was said beside it', async () => {
  const last: Reply = { ...calling(['calc_add', { a: 1, b: 1 }]), text: 'Let me look that up.' };
  const tool = adder();
  const failed = await play({ steps: agent('max_steps: 1'), tools: [tool], replies: [last] });
  assert.equal(failed.result.error?.code, 'PC9201');
  assert.equal(failed.result.error?.reason, 'not_met');
  assert.deepEqual(tool.calls, []);
});

test('max_steps counts the turns of the model; on_max: continue goes on with the last answer and says so', async () => {
  const fields = 'fields: { ok: boolean }, done: "loop.data.ok", max_steps: 3';
  const replies = Array.from({ length: 9 }, () => ({ text: '{"ok": false}' }));
  const failed = await play({ steps: agent(fields), tools: [adder()], replies });
  assert.equal(failed.requests.length, 3);
  assert.equal(failed.result.error?.code, 'PC9201');
  assert.equal(failed.events.filter((event) => event.type === 'objective.checked' && !event.met).length, 3);

  const gone = await play({
    steps: `${agent(`${fields}, on_max: continue`)}  - "Then {input}"\n`,
    tools: [adder()],
    replies: [...replies.slice(0, 3), { text: 'end' }],
  });
  assertSuccess(gone, 'end');
  assert.deepEqual(texts(gone.requests[3], 'user'), ['Then {"ok": false}']);
  assert.ok(gone.result.warnings.some(({ code, step }) => code === 'PC9201' && step === 'it'));

  const silent = await play({
    steps: agent('max_steps: 2, on_max: continue'),
    tools: [adder()],
    replies: [{ text: '' }, { text: '' }],
  });
  assert.equal(silent.result.error?.code, 'PC9201');
});

test('fields: an answer that does not fit goes back with what is wrong; the data is that of the answer given', async () => {
  const played = await play({
    steps: agent('fields: { total: number, kind: small|large }'),
    tools: [adder()],
    replies: [
      { text: 'The total is 3.' },
      { text: '{"total": "3", "kind": "tiny"}' },
      { text: '```json\n{"total": 3, "kind": "small"}\n```' },
    ],
  });
  assert.deepEqual(played.result.steps[0]?.data, { total: 3, kind: 'small' });
  assert.match(texts(played.requests[1], 'user').at(-1) ?? '', /one JSON object/);
  assert.match(texts(played.requests[2], 'user').at(-1) ?? '', /"total" must be number.*"kind".*small, large/);
});

test('tool_choice: required holds until the first call, or no answer could ever come', async () => {
  const played = await play({
    steps: agent('tool_choice: required'),
    tools: [adder()],
    replies: [calling(['calc_add', { a: 1, b: 1 }]), { text: '2' }],
  });
  assertSuccess(played, '2');
  assert.deepEqual(played.requests.map(choiceOf), ['required', 'auto']);
});

test('tool_choice: required takes no answer before the first call, also of a model that was not held to it', async () => {
  const replies = [{ text: '2' }, calling(['calc_add', { a: 1, b: 1 }]), { text: '2, added' }];
  for (const kind of ['objective', 'prompt']) {
    const steps = agent('tool_choice: required').replace('objective', kind);
    const played = await play({ steps, tools: [adder()], replies });
    assertSuccess(played, '2, added');
    assert.match(texts(played.requests[1], 'user').at(-1) ?? '', /^Call a tool before you answer/);
  }
  const never = await play({
    steps: agent('tool_choice: required, max_steps: 2'),
    tools: [adder()],
    replies: [{ text: 'a' }, { text: 'b' }],
  });
  assert.equal(never.result.error?.code, 'PC9201');
});

test('tool_choice: none makes no call, also of a model that was not held to it', async () => {
  const tool = adder();
  const replies = [calling(['calc_add', { a: 1, b: 1 }]), { text: '2' }];
  const played = await play({ steps: agent('tool_choice: none'), tools: [tool], replies });
  assertSuccess(played, '2');
  assert.deepEqual(tool.calls, []);
  assert.deepEqual(answers(played.requests[1]), ['no tool can be called in this step: give the answer']);
});

test('on_max: continue goes on with the last answer that has the fields, never with one that has not', async () => {
  const steps = (more: string) => agent(`fields: { ok: boolean, n: integer }, ${more} max_steps: 3, on_max: continue`);
  const replies = [{ text: '{"ok": false, "n": 1}' }, { text: '{"ok": false, "n": 2}' }, { text: 'I gave up.' }];
  const played = await play({ steps: steps('done: loop.data.ok,'), tools: [adder()], replies });
  assertSuccess(played, '{"ok": false, "n": 2}');
  assert.deepEqual(played.result.steps[0]?.data, { ok: false, n: 2 });
  const none = await play({ steps: steps(''), tools: [adder()], replies: replies.map(() => ({ text: 'I gave up.' })) });
  assert.equal(none.result.error?.code, 'PC9201');
  assert.match(none.result.error?.help ?? '', /no answer to go on with/);
});

test('a call that was cut at the token limit is not made', async () => {
  const tool = toolOf('calc.wipe', () => 'wiped');
  const played = await play({
    steps: agent(),
    tools: [tool],
    replies: [{ ...calling(['calc_wipe', { keep: 1 }], ['calc_wipe', '']), finish: 'length' }, { text: 'ok' }],
  });
  assertSuccess(played, 'ok');
  assert.deepEqual(tool.calls, [{ keep: 1 }]);
  assert.match(answers(played.requests[1])[1] ?? '', /cut at the token limit/);
});

test('ids that a host leaves out or uses twice are made unique', async () => {
  const twice: Reply = {
    toolCalls: [
      { id: 'same', name: 'calc_add', arguments: '{"a":1,"b":1}' },
      { id: 'same', name: 'calc_add', arguments: '{"a":2,"b":2}' },
    ],
  };
  for (const model of WIRES) {
    const played = await play({ model, steps: agent(), tools: [adder()], replies: [twice, twice, { text: 'ok' }] });
    assertSuccess(played, 'ok');
    assert.deepEqual(answers(played.requests[2]), ['2', '4', '2', '4']);
  }
});

test('nothing of one run is in the next, nor of one step in another', async () => {
  const steps = `${agent()}${agent().replace('id: it', 'id: again')}`;
  const replies = () => [calling(['calc_add', { a: 1, b: 1 }]), { text: 'first' }, { text: 'second' }];
  const one = await play({ steps, tools: [adder()], replies: replies() });
  assert.deepEqual(answers(one.requests[2]), []);
  assert.equal(texts(one.requests[2], 'user').length, 1);
  assert.deepEqual(texts(one.requests[2], 'assistant'), []);
  const two = await play({ steps, tools: [adder()], replies: replies() });
  assert.deepEqual(texts(two.requests[0], 'user'), texts(one.requests[0], 'user'));
  assert.deepEqual(answers(two.requests[0]), []);
});

test('prompts with tools: several rounds, the bound and the scope of an agent; later prompts see question and answer', async () => {
  const tool = adder();
  const secret = toolOf('secret.read', () => 'the secret');
  const played = await play({
    steps: '  - { id: q, prompt: "Sum of {input}?", tools: [calc.add], max_steps: 4 }\n  - { prompt: "Why?", history: full }\n',
    tools: [tool, secret],
    replies: [
      calling(['calc_add', { a: 1, b: 1 }]),
      calling(['secret_read', {}], ['calc_add', { a: 2, b: 2 }]),
      { text: '4' },
      { text: 'because' },
    ],
  });
  assertSuccess(played, 'because');
  assert.equal(tool.calls.length, 2);
  assert.deepEqual(secret.calls, []);
  assert.deepEqual(texts(played.requests[3], 'user'), ['Sum of IN?', 'Why?']);
  assert.deepEqual(texts(played.requests[3], 'assistant'), ['4']);
});

test('what a tool fails with goes back to the model; a missing person, a bug and an abort end the step', async () => {
  const failing = (error: Error) =>
    play({
      steps: agent(),
      tools: [
        toolOf('calc.fail', () => {
          throw error;
        }),
      ],
      replies: [calling(['calc_fail', {}]), { text: 'went on' }],
    });
  const mended = await failing(new ToolError('the disk is full', { code: 'PC7041', reason: 'tool', help: 'delete something' }));
  assertSuccess(mended, 'went on');
  assert.deepEqual(answers(mended.requests[1]), ['the disk is full (delete something)']);
  const human = await failing(new ToolError('nobody is there to ask', { code: 'PC7061', reason: 'needs_human' }));
  assert.equal(human.result.error?.reason, 'needs_human');
  const bug = await failing(new TypeError('x is not a function'));
  assert.equal(bug.result.error?.code, 'PC0001');
});

test('an abort in the middle of tools ends the run; those under way are told, those waiting do not start', async () => {
  const stop = new AbortController();
  let aborted = 0;
  let started = 0;
  const tool = toolOf('calc.wait', (_args, signal) => {
    started += 1;
    if (started === 8) stop.abort(new Interrupted('SIGINT'));
    return new Promise((_, reject) => {
      const end = () => {
        aborted += 1;
        reject(signal.reason);
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  });
  const played = await play({
    steps: agent(),
    tools: [tool],
    replies: [calling(...Array.from({ length: 12 }, () => ['calc_wait', {}] as const)), { text: 'never' }],
    options: { signal: stop.signal },
  });
  assert.equal(played.result.status, 'interrupted');
  assert.equal(started, 8);
  assert.equal(aborted, 8);
  assert.equal(played.requests.length, 1);
});

test('a tool that never answers and does not listen is left after its time; the time of a person does not count', async () => {
  const deaf = { ...toolOf('calc.deaf', () => new Promise<string>(() => undefined)), timeoutMs: 30 };
  const played = await play({
    steps: agent(),
    tools: [deaf],
    permit: () => new Promise((resolve) => setTimeout(resolve, 60)),
    replies: [calling(['calc_deaf', {}]), { text: 'on' }],
  });
  assertSuccess(played, 'on');
  assert.match(answers(played.requests[1])[0] ?? '', /did not answer within 0.03 s/);
  assert.equal(played.events.filter((event) => event.type === 'tool.started').length, 1);
});

test('timeout bounds the whole step; idle_timeout a silent answer', async () => {
  const slow = await play({
    steps: agent('timeout: 80ms'),
    tools: [adder()],
    replies: [calling(['calc_add', { a: 1, b: 1 }]), { stall: 'before' }],
  });
  assert.equal(slow.result.error?.code, 'PC6101');
  const silent = await play({
    steps: agent('idle_timeout: 60ms, retry: 2'),
    tools: [adder()],
    replies: [{ text: 'one two three', stall: 'mid' }, { text: 'whole' }],
  });
  assertSuccess(silent, 'whole');
  assert.equal(silent.requests.length, 2);
});
