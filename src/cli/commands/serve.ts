import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Call, Command } from '../command.ts';
import { onSignals } from '../run/signals.ts';
import { declareServeFlags, serveFlags } from '../serve/flags.ts';
import { readPage } from '../serve/page.ts';
import { readyChain } from '../serve/ready.ts';
import { createService } from '../serve/service.ts';
import type { ReadyChain } from '../serve/start.ts';

export const serve: Command = {
  examples: [
    { command: 'promptchain serve chain.yaml', note: 'serve a chain on this machine' },
    { command: 'promptchain serve a.yaml b.yaml --port 9000', note: 'two chains on another port' },
  ],
  configure: declareServeFlags,
  async run(call) {
    const flags = serveFlags(call);
    const ready: ReadyChain[] = [];
    try {
      for (const file of flags.chains) ready.push(await readyChain(call, flags, file));
      checkNames(ready);
      return await serveUntilStopped(call, flags, ready);
    } finally {
      for (const { toolbox } of ready) await toolbox?.[Symbol.asyncDispose]();
    }
  },
};

async function serveUntilStopped(
  call: Call,
  flags: ReturnType<typeof serveFlags>,
  ready: readonly ReadyChain[],
): Promise<number> {
  const { createApp } = await import('../../serve/app.ts');
  const { listen } = await import('../../serve/listen.ts');
  const listening = await listen(createApp(createService(call, flags, ready), readPage(call.io.packageDir)), flags);
  await call.err.write(`serving ${ready.map(({ chain }) => chain.name).join(', ')} at ${listening.url}\n`);
  let release: () => void = () => undefined;
  await new Promise((resolve) => {
    release = onSignals(call.process, resolve);
  });
  await listening.close();
  release();
  return EXIT.ok;
}

function checkNames(ready: readonly ReadyChain[]): void {
  const names = new Set<string>();
  for (const { chain } of ready) {
    if (names.has(chain.name)) throw new UsageError(`two chains are named "${chain.name}"`, { code: 'PC2041' });
    names.add(chain.name);
  }
}
