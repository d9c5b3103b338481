import { homedir } from 'node:os';
import { basename } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import type { RunResult } from '../../core/run.ts';
import { chainsIn } from '../../lib/chains.ts';
import type { Call } from '../command.ts';
import type { ServeFlags } from './flags.ts';
import { toldError, toldFailedCall } from './told-error.ts';

/**
 * What a client may see of a run: it learns nothing of where files are on this machine, nor, unless the operator shows it, what
 * commands and functions wrote for people. Outputs are the chain's own words, and stay.
 */
export interface ClientView {
  /** Undefined for what is not shown. */
  event(event: Event): Event | undefined;
  result(result: RunResult): RunResult;
}

/** The id of a session opens it: it is for those who are in it. */
function sessionHidden(namespace: string): string {
  return namespace.startsWith('chat:') ? 'chat:…' : namespace;
}

export function clientViewOf(
  chain: Chain,
  { paths, io }: Pick<Call, 'paths' | 'io'>,
  { showLog }: Pick<ServeFlags, 'showLog'>,
): ClientView {
  const { config, data, state, cache } = paths;
  const folders = [...new Set([chain.dir, io.cwd, homedir(), config, data, state, cache, io.packageDir])]
    .filter((dir) => dir.length > 1)
    .sort((a, b) => b.length - a.length);
  const text = (source: string): string =>
    folders.reduce((shown, dir) => shown.replaceAll(`${dir}/`, '').replaceAll(dir, '.'), source);
  const programs = programsOf(chain);
  const error = (whole: ErrorRecord): ErrorRecord => {
    const { file, problems, ...record } = showLog ? whole : toldError(whole, programs);
    return {
      ...record,
      message: text(record.message),
      ...(record.help === undefined ? {} : { help: text(record.help) }),
      ...(file === undefined ? {} : { file: basename(file) }),
      ...(problems === undefined
        ? {}
        : { problems: problems.map((each) => ({ ...each, message: text(each.message), file: basename(each.file) })) }),
    };
  };
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
          return showLog ? { ...event, text: text(event.text) } : undefined;
        case 'tool.completed':
          if (!event.is_error) return event;
          return { ...event, text: text(showLog ? event.text : toldFailedCall(event.tool, event.text, programs)) };
        default:
          return event;
      }
    },
  };
}

/** The tools of the chain, and of those in it, that run a command or a function. */
function programsOf(chain: Chain): ReadonlySet<string> {
  const tools = chainsIn(chain).flatMap((each) => Object.values(each.tools));
  return new Set(tools.flatMap(({ name, body }) => (body.runs === undefined ? [] : [name])));
}
