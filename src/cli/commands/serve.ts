import { EXIT } from '../../core/exit-code.ts';
import type { Command } from '../command.ts';
import { declareServeFlags, serveFlags } from '../serve/flags.ts';
import { serveToken } from '../serve/token.ts';
import { withChains } from '../serve/with-chains.ts';

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
    await withChains(call, flags, async (ready) => {
      const { serveUntilStopped } = await import('../serve/serve.ts');
      await serveUntilStopped(call, flags, { ready, token });
    });
    return EXIT.ok;
  },
};
