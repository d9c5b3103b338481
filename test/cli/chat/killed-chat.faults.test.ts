import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { start } from '../live.ts';
import { openSandbox } from '../sandbox.ts';
import { keys, TALK } from './messages.ts';

const KILLS = Number(process.env.PROMPTCHAIN_TEST_KILLS ?? 20);

interface Message {
  readonly role: string;
  readonly content: string;
}

test(`kill -9 at ${KILLS} random moments of a chat: every turn that was told is there, whole`, async (t) => {
  await using fake = await startFakeProvider({ fallback: { tokens: ['an', ' answer', ' in', ' pieces'], paceMs: 2 } });
  using sandbox = openSandbox({ 'c.yaml': TALK });
  const args = ['chat', 'c.yaml', '--session', 's', '--history-tokens', '500'];
  let before = 0;
  let told = 0;
  let inTheMiddle = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const live = start(sandbox, args, { env: keys(fake) });
    const turns = Math.floor(Math.random() * 4);
    live.child.stdin?.write(Array.from({ length: 6 }, (_, at) => `${kill}.${at}\n`).join(''));
    if (turns === 0) await live.saw('stdout', 'an');
    else await live.saw('stderr', 'done in', turns);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    live.child.kill('SIGKILL');
    const { stdout, stderr } = await live.ended;
    const acknowledged = stderr.split('done in').length - 1;
    if (stdout !== '' && !stdout.endsWith('pieces\n')) inTheMiddle += 1;

    const exported = await sandbox.run(['memory', 'export']);
    assert.deepEqual([exported.code, exported.stderr], [0, '']);
    const history: Message[] = JSON.parse(exported.stdout)['chat:s']?.history ?? [];
    const own = history.slice(before).map(({ content }) => content);
    assert.ok(own.length >= acknowledged * 2, `${acknowledged} turns were told, memory has ${JSON.stringify(own)}`);
    for (let at = 0; at < own.length; at += 2)
      assert.deepEqual(own.slice(at, at + 2), [`${kill}.${at / 2}`, 'an answer in pieces']);
    before = history.length;
    told += acknowledged;
  }
  t.diagnostic(
    `${KILLS} kills, ${inTheMiddle} in the middle of an answer: ${told} turns told, ${before / 2} kept, 0 lost or halved`,
  );
  assert.ok(told > 0 && inTheMiddle > 0);
  const after = await sandbox.run(args, { stdin: 'still there?\n', env: keys(fake) });
  assert.deepEqual([after.code, after.stdout], [0, 'an answer in pieces\n'], after.stderr);
});

test('a chat killed in the middle of an answer is taken up where it was', async () => {
  await using fake = await startFakeProvider({
    replies: [{ text: 'One.' }, { tokens: ['half', ' of', ' it', '.'], stall: 'mid' }],
  });
  using sandbox = openSandbox({ 'c.yaml': TALK });
  const live = start(sandbox, ['chat', 'c.yaml'], { env: keys(fake) });
  live.child.stdin?.write('a\nb\n');
  await live.saw('stdout', 'half');
  live.child.kill('SIGKILL');
  await live.ended;
  fake.reply({ text: 'Two.' });
  const again = await sandbox.run(['chat', 'c.yaml', '--continue'], { stdin: 'c\n', env: keys(fake) });
  assert.deepEqual([again.code, again.stdout], [0, 'Two.\n'], again.stderr);
  const messages = fake.requests.at(-1)?.body.messages as Message[];
  assert.deepEqual(
    messages.map(({ content }) => content),
    ['Be kind.', 'a', 'One.', 'c'],
  );
});
