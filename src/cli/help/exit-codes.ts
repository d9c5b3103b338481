import { EXIT } from '../../core/exit-code.ts';
import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const exitCodes: Topic = {
  name: 'exit-codes',
  summary: 'what the process exits with, one meaning each',
  text: async () => `The exit code is decided once, from the state the run ended in.

${columns(rows())}

An exhausted quota is 1, not 7: running again does not help. A usage error, an invalid chain and a missing key cost
no call. With --json and --jsonl the result carries the same number as exit_code.`,
};

const MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failed: 'a step failed for good, or the final output was empty',
  usage: 'the command line or its input is wrong; nothing was run',
  invalid: 'a chain or a configuration file is invalid; found before any call',
  auth: 'a key is missing or was refused',
  notMet: 'the run ended without reaching its objective',
  limit: 'a limit of the run was reached',
  temporary: 'a failure of the moment after all retries (rate limit, overload, network): run it again',
  needsHuman: 'a person has to agree (to a tool call, to a chain that is not trusted yet) and nobody is there',
  stdoutClosed: 'the reader of stdout went away before the end',
};

const SIGNALS = [
  ['129', 'ended by SIGHUP'],
  ['130', 'ended by SIGINT (Ctrl-C)'],
  ['143', 'ended by SIGTERM'],
] as const;

function rows(): readonly (readonly string[])[] {
  const named = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), MEANING[name]]);
  return [...named, ...SIGNALS].toSorted((a, b) => Number(a[0]) - Number(b[0]));
}
