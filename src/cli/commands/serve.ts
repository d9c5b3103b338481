import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Command } from '../command.ts';
import { declareServeFlags, serveFlags } from '../serve/flags.ts';
import { type ReadyChain, readyChain } from '../serve/ready.ts';
import { serveToken } from '../serve/token.ts';

export const serve: Command = {
  examples: [
    { command: 'promptchain serve chain.yaml', note: 'serve a chain on this machine' },
    { command: 'promptchain serve a.yaml b.yaml --port 9000', note: 'two chains on another port' },
    { command: 'promptchain serve chain.yaml --host 0.0.0.0 --token-file token.txt', note: 'for other machines, with a token' },
    { command: 'promptchain serve chain.yaml --allow-override "model=openai/*,temperature"', note: 'what clients may set' },
  ],
  configure: declareServeFlags,
  async run(call) {
    const flags = serveFlags(call);
    const token = serveToken(call, flags);
    const ready: ReadyChain[] = [];
    try {
      for (const file of flags.chains) ready.push(await readyChain(call, flags, file));
      checkNames(ready);
      const { serveUntilStopped } = await import('../serve/serve.ts');
      await serveUntilStopped(call, flags, { ready, token });
      return EXIT.ok;
    } finally {
      for (const { toolbox } of ready) await toolbox?.[Symbol.asyncDispose]();
    }
  },
};

function checkNames(ready: readonly ReadyChain[]): void {
  const names = new Set<string>();
  for (const { chain } of ready) {
    if (names.has(chain.name)) throw new UsageError(`two chains are named "${chain.name}"`, { code: 'PC2041' });
    if (!IN_ADDRESS.test(chain.name)) {
      throw new UsageError(`the name "${chain.name}" does not fit an address`, {
        code: 'PC2042',
        help: 'use letters, digits, -, _ and . in the "name" of a chain that is served',
      });
    }
    names.add(chain.name);
  }
}

const IN_ADDRESS = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
