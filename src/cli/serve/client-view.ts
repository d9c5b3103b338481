import { homedir } from 'node:os';
import { basename } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import type { RunResult } from '../../core/run.ts';
import type { Call } from '../command.ts';

/** What a client may see of a run: it learns nothing of where files are on this machine. Outputs are the chain's own words, and stay. */
export interface ClientView {
  event(event: Event): Event;
  result(result: RunResult): RunResult;
}

/** The id of a session opens it: it is for those who are in it. */
function sessionHidden(namespace: string): string {
  return namespace.startsWith('chat:') ? 'chat:…' : namespace;
}

export function clientViewOf({ dir: chainDir }: Pick<Chain, 'dir'>, { paths, io }: Pick<Call, 'paths' | 'io'>): ClientView {
  const { config, data, state, cache } = paths;
  const folders = [...new Set([chainDir, io.cwd, homedir(), config, data, state, cache, io.packageDir])]
    .filter((dir) => dir.length > 1)
    .sort((a, b) => b.length - a.length);
  const text = (source: string): string =>
    folders.reduce((shown, dir) => shown.replaceAll(`${dir}/`, '').replaceAll(dir, '.'), source);
  const error = ({ file, problems, ...record }: ErrorRecord): ErrorRecord => ({
    ...record,
    message: text(record.message),
    ...(record.help === undefined ? {} : { help: text(record.help) }),
    ...(file === undefined ? {} : { file: basename(file) }),
    ...(problems === undefined
      ? {}
      : { problems: problems.map((each) => ({ ...each, message: text(each.message), file: basename(each.file) })) }),
  });
  const named = <T extends { readonly file: string }>(of: T): T => ({ ...of, file: basename(of.file) });
  const result = (whole: RunResult): RunResult => ({
    ...whole,
    chain: named(whole.chain),
    error: whole.error === null ? null : error(whole.error),
    steps: whole.steps.map((step) => (step.error === null ? step : { ...step, error: error(step.error) })),
    warnings: whole.warnings.map((warning) => ({ ...warning, message: text(warning.message) })),
  });
  return {
    result,
    event(event) {
      switch (event.type) {
        case 'run.started':
          return { ...event, chain: named(event.chain) };
        case 'run.completed':
        case 'run.failed':
        case 'run.interrupted':
          return { ...event, result: result(event.result) };
        case 'step.failed':
        case 'step.retrying':
        case 'mcp.failed':
          return { ...event, error: error(event.error) };
        case 'warning':
          return { ...event, message: text(event.message) };
        case 'memory.read':
        case 'memory.written':
          return { ...event, namespace: sessionHidden(event.namespace) };
        case 'step.log':
          return { ...event, text: text(event.text) };
        default:
          return event;
      }
    },
  };
}
