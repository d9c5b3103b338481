import type { CommandEntry } from '../command.ts';

/** Every command, in the order of `--help`. A new one is a file in this folder and a line here. */
export const COMMANDS: readonly CommandEntry[] = [
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
    name: 'models',
    summary: 'list providers and keys, detect model servers on this machine',
    load: async () => (await import('./models.ts')).models,
  },
  {
    name: 'help',
    summary: 'help for a command, or a topic such as exit-codes, events or config',
    load: async () => (await import('./help.ts')).help,
  },
];
