import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import type { Call } from '../../src/cli/command.ts';
import { confirm } from '../../src/cli/confirm.ts';

/** Asks at a terminal where someone types this, then ends the input. */
async function answered(typed: string): Promise<string> {
  const stdin = new PassThrough();
  const stderr = new PassThrough();
  stdin.end(typed);
  const call = { globals: { yes: false }, interactive: true, io: { stdin, stderr } } as unknown as Call;
  try {
    await confirm(call, 'Really?');
  } finally {
    stderr.end();
  }
  return text(stderr);
}

it('goes on at a yes, and asks on stderr', async () => {
  for (const typed of ['y\n', 'YES\n', ' yes \n']) assert.equal(await answered(typed), 'Really? [y/N] ');
});

it('does not go on at anything else, the end of input included', async () => {
  for (const typed of ['n\n', '\n', 'yesterday\n', '']) await assert.rejects(answered(typed), { code: 'PC2040' });
});

it('needs nobody with -y, and refuses where nobody can be asked', async () => {
  await confirm({ globals: { yes: true }, interactive: false } as unknown as Call, 'Really?');
  const nobody = { globals: { yes: false }, interactive: false } as unknown as Call;
  await assert.rejects(confirm(nobody, 'Really?'), { name: 'UsageError', help: /-y/ });
});
