import type { Topic } from './topic.ts';

export const mcpServer: Topic = {
  name: 'mcp-server',
  summary: 'chains as the tools of an MCP server, over HTTP and stdio',
  text: async () => `Two ways, the same tools:

  promptchain serve chain.yaml        Streamable HTTP at http://127.0.0.1:8080/mcp; a token goes into Authorization
  promptchain mcp serve chain.yaml    stdin and stdout, as clients start a server themselves:
                                      {"mcpServers": {"chains": {"command": "promptchain", "args": ["mcp", "serve", "--trust",
                                      "/path/to/chain.yaml"]}}}

Clients start a server with few variables, so over stdio keep keys in the client's "env" or in a .env file: promptchain
help environment. Nobody can be asked there whether a chain may run its commands: trust it before, or add --trust.

The tool. Its name and description are the chain's. Its arguments are the inputs that the chain declares, and "input" for
the text that it reads as {input} ("input_text" where the chain declares an input of that name). Where the last step has
fields, they are the output schema, and a result has structuredContent beside the text. A chain that only asks models
says readOnlyHint. _meta has the id of the run, promptchain/run_id.

A call is a run. With a progress token, its progress is counted in steps of the chain. The log has warnings and steps, and
with --show-log what commands write to stderr: from the level that the client sets, by default warning. A call that is
cancelled, or whose client has gone, ends its run. What fails, and arguments that do not fit, are results with isError that
tell the sentence and the code, and with --show-log what a command or a function failed with; only a tool that is none is
an error of the protocol. A chain whose functions or scripts have changed since the server began is not run.

Over HTTP a client has a session; one that was silent for 30 minutes is forgotten, and beyond 1000 the one that was silent
longest. Its next request is answered with 404, and it begins another. No stream is kept open between calls, so GET is
answered with 405. There are no resources, prompts and completions, and no questions to the client: gates are answered as
--approve says.`,
};
