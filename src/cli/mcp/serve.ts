import { EXIT } from '../../core/exit-code.ts';
import type { Verb } from '../command.ts';
import { declareServedFlags } from '../serve/flags.ts';

/** `mcp serve`: the other way round, chains as the tools of a server on stdin and stdout. */
export const serveVerb: Verb = {
  name: 'serve',
  summary: 'be an MCP server on stdin and stdout: each chain is a tool',
  examples: [
    { command: 'promptchain mcp serve chain.yaml', note: 'what an MCP client starts' },
    { command: 'promptchain mcp tools -- promptchain mcp serve chain.yaml', note: 'see the tool that a client gets' },
  ],
  configure(parser) {
    parser.argument('<chain...>', 'chain files');
    declareServedFlags(parser);
  },
  async run(call) {
    const { serveOnStdio } = await import('./serve-stdio.ts');
    // Stdin is the client's: nobody can be asked.
    await serveOnStdio({ ...call, interactive: false });
    return EXIT.ok;
  },
};
