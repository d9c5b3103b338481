import type { CommandEntry } from '../command.ts';

/** Every command, in the order of `--help`. A new one is a file in this folder and a line here. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run a chain once',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'validate',
    summary: 'check chain files without calling anything',
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'fmt',
    summary: 'lay out chain files the same way, without changing what they mean',
    load: async () => (await import('./fmt.ts')).fmt,
  },
  {
    name: 'test',
    summary: 'run the cases of a chain and check what it gives',
    load: async () => (await import('./test.ts')).test,
  },
  {
    name: 'engineer',
    summary: 'better prompts, and how good a chain is',
    load: async () => (await import('./engineer.ts')).engineer,
  },
  {
    name: 'graph',
    summary: 'draw the steps of a chain: Mermaid, Graphviz, text or SVG',
    load: async () => (await import('./graph.ts')).graph,
  },
  {
    name: 'migrate',
    summary: "make a chain of the original's JSON, a goose recipe or a conductor workflow",
    load: async () => (await import('./migrate.ts')).migrate,
  },
  {
    name: 'init',
    summary: 'write a starter chain that runs without a key',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'memory',
    summary: 'look at and change what chains remember',
    load: async () => (await import('./memory.ts')).memory,
  },
  {
    name: 'runs',
    summary: 'look at the runs that are kept',
    load: async () => (await import('./runs.ts')).runs,
  },
  {
    name: 'mcp',
    summary: 'look at MCP servers and call their tools',
    load: async () => (await import('./mcp.ts')).mcp,
  },
  {
    name: 'chat',
    summary: 'talk to a chain, its history kept in memory',
    load: async () => (await import('./chat.ts')).chat,
  },
  {
    name: 'serve',
    summary: 'serve chains over HTTP: an API, MCP, a page to run and chat',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'trust',
    summary: 'let chains run their commands, functions and servers',
    load: async () => (await import('./trust.ts')).trust,
  },
  {
    name: 'prompts',
    summary: 'list and show techniques, strategies and prompt files',
    load: async () => (await import('./prompts.ts')).prompts,
  },
  {
    name: 'models',
    summary: 'list providers and keys, detect model servers on this machine',
    load: async () => (await import('./models.ts')).models,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of a chain, of events, of a result or of the configuration',
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    name: 'doctor',
    summary: 'what is installed and ready here: versions, folders, keys, local servers, settings',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'completion',
    summary: 'print what makes a shell complete commands, options and files',
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'help',
    summary: 'help for a command, or a topic such as exit-codes, events or config',
    load: async () => (await import('./help.ts')).help,
  },
];
