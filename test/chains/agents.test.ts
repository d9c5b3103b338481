import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { answers, texts } from '../agent/wire.ts';
import { calling, installed, run } from './play.ts';

test('chains/calculator-agent.yaml: the square root of 144', async () => {
  const replies = [calling('calculator', { expression: 'sqrt(144)' }), { text: 'The square root of 144 is 12.' }];
  const { stdout, requests } = await run('calculator-agent.yaml', ['--input', 'What is the square root of 144?'], replies);
  assert.equal(stdout, 'The square root of 144 is 12.\n');
  assert.match(texts(requests[0], 'user')[0] ?? '', /What is the square root of 144\?/);
  assert.deepEqual(answers(requests[1]), ['12']);
});

test('chains/agent-between-prompts.yaml: the agent has its own model and tools, the prompts around it have none', async () => {
  const replies = [
    { text: 'Who wrote about the checkout page?' },
    calling('files_search', { text: 'checkout', pattern: 'notes.txt' }),
    { text: 'Two customers cannot see the voucher field.' },
    { text: 'Not quite: two customers miss the voucher field.' },
  ];
  const { stdout, requests } = await run('agent-between-prompts.yaml', ['--input', 'Is everybody content?'], replies);
  assert.equal(stdout, 'Not quite: two customers miss the voucher field.\n');
  assert.deepEqual(
    requests.map(({ body }) => [body.model, Array.isArray(body.tools)]),
    [
      ['gpt-4o-mini', false],
      ['claude-sonnet-4-5', true],
      ['claude-sonnet-4-5', true],
      ['gpt-4o-mini', false],
    ],
  );
  assert.match(answers(requests[2])[0] ?? '', /cannot see the voucher field/);
});

test('chains/retrieve-then-write.yaml: two tools, checked fields, then a step without tools', async () => {
  const replies = [
    calling('files_search', { text: 'voucher' }),
    calling('files_read', { path: 'notes.txt' }),
    { text: '{"facts": ["Mira moves the voucher field"], "file": "notes.txt"}' },
    { text: 'Mira moves the voucher field. (notes.txt)' },
  ];
  const { stdout, requests } = await run('retrieve-then-write.yaml', ['--input', 'vouchers'], replies);
  assert.equal(stdout, 'Mira moves the voucher field. (notes.txt)\n');
  assert.match(answers(requests[2])[1] ?? '', /Lunch on Thursday/);
  assert.equal(requests[3]?.body.tools, undefined);
  assert.match(texts(requests[3], 'user')[0] ?? '', /Name the file notes\.txt[\s\S]*\["Mira moves the voucher field"\]/);
});

test('chains/file-agent.yaml: a real server reads; what is not in the list cannot be called', async () => {
  const replies = [
    calling('mcp_fs_list_directory', { path: '.' }),
    calling('mcp_fs_write_file', { path: 'notes.txt', content: 'gone' }),
    calling('mcp_fs_read_text_file', { path: 'notes.txt' }),
    { text: 'The one about the payment provider.' },
  ];
  const args = ['--input', 'Which are about prices?', ...installed('server-filesystem', 'fs', ['.'])];
  const { stdout, requests } = await run('file-agent.yaml', args, replies);
  assert.equal(stdout, 'The one about the payment provider.\n');
  const [list, write, read] = answers(requests[3]);
  assert.match(list ?? '', /\[FILE\] notes\.txt/);
  assert.match(write ?? '', /there is no tool "mcp_fs_write_file"/);
  assert.match(read ?? '', /prices go up by 8 percent/);
});

test('chains/tools-in-sequence.yaml: found, fetched and written, with a real server and one request to a model', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'promptchain-knowledge-'));
  try {
    const file = join(dir, 'knowledge.jsonl');
    const entity = { type: 'entity', name: 'checkout page', entityType: 'page', observations: ['went live on Monday'] };
    writeFileSync(file, `${JSON.stringify(entity)}\n`);
    const args = ['--input', 'checkout', ...installed('server-memory', 'graph')];
    const { stdout, requests } = await run('tools-in-sequence.yaml', args, [{ text: 'It went live on Monday.' }], {
      KNOWLEDGE_FILE: file,
    });
    assert.equal(stdout, 'It went live on Monday.\n');
    assert.match(texts(requests[0], 'user')[0] ?? '', /"checkout page".*"went live on Monday"/);
    const nothing = await run(
      'tools-in-sequence.yaml',
      ['--input', 'no such thing', ...installed('server-memory', 'graph')],
      [],
      { KNOWLEDGE_FILE: file },
    );
    assert.deepEqual(nothing.requests, []);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
