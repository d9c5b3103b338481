import type { Chain } from '../../core/chain.ts';
import { Failure, UsageError } from '../../core/errors.ts';
import type { Io } from '../../core/io.ts';
import type { Step } from '../../core/step.ts';
import { chainsIn } from '../../lib/chains.ts';
import { nearest } from '../../lib/nearest.ts';
import { parseRule } from '../../lib/permission-rule.ts';
import { partsOf } from '../../lib/step-parts.ts';
import { fitsSome } from '../../lib/tool-pattern.ts';
import { BUILT_IN_NAMES } from '../../tools/names.ts';
import type { RunFlags } from './flags.ts';
import { usesTools } from './toolbox.ts';
import type { WorldFlags } from './world-flags.ts';

/** What the options say about this chain, before anything is asked or called. Throws `UsageError`. */
export function checkAgainst(
  chain: Chain,
  flags: WorldFlags & Partial<Pick<RunFlags, 'cache' | 'concurrency' | 'memory' | 'outputStep'>>,
): void {
  if (flags.memory !== undefined && flags.memory !== false && !chain.uses.memory) {
    throw new UsageError('--memory is given, but the chain neither reads nor writes memory', { code: 'PC2027' });
  }
  if (flags.cache === false && !chain.uses.cache) {
    throw new UsageError('--no-cache is given, but no step of the chain has a cache', { code: 'PC2027' });
  }
  checkToolFlags(chain, flags);
  checkConcurrency(chain, flags);
  if (flags.outputStep !== undefined) checkStep(flags.outputStep, chain);
}

/** Every variable the chain lists under `secrets` must be set. */
export function checkSecrets(chain: Chain, env: Io['env']): void {
  const missing = chain.secrets.filter((name) => !env[name]);
  if (missing.length === 0) return;
  const names = missing.map((name) => `"${name}"`).join(', ');
  const message = `the chain needs the ${missing.length === 1 ? 'variable' : 'variables'} ${names}, not set in the environment or .env`;
  throw new Failure(message, {
    code: 'PC4020',
    reason: 'auth',
    help: 'set it, or take it off the list of "secrets" in the chain',
  });
}

/** Every server that a step can reach must have the variables its entry names. */
export function checkServers(chain: Chain): void {
  for (const { servers } of chainsIn(chain)) {
    for (const { name, missing, reasons = {} } of Object.values(servers)) {
      if (missing === undefined || !chain.uses.servers.includes(name)) continue;
      throw new Failure(
        `the server "${name}" needs ${missing.map((each) => `"${each}"`).join(', ')}, not set in the environment or .env`,
        {
          code: 'PC4020',
          reason: 'auth',
          help: Object.values(reasons).join('; ') || `set it, or give a default in the chain: \${${missing[0]}:-…}`,
        },
      );
    }
  }
}

function checkToolFlags(chain: Chain, { approve, allowTools, denyTools, mcp }: WorldFlags): void {
  if (!mcp && chain.uses.servers.length === 0) {
    throw new UsageError('--no-mcp is given, but no step of the chain uses an MCP server', { code: 'PC2027' });
  }
  const given = [
    ...(approve === 'ask' || chain.uses.gates ? [] : ['--approve']),
    ...(allowTools.length === 0 ? [] : ['--allow-tool']),
    ...(denyTools.length === 0 ? [] : ['--deny-tool']),
  ];
  if (given.length > 0 && !usesTools(chain) && !chain.uses.commands) {
    throw new UsageError(`${given[0]} is given, but no step of the chain uses tools or commands`, { code: 'PC2027' });
  }
  checkRules('--allow-tool', allowTools, chain);
  checkRules('--deny-tool', denyTools, chain);
}

/** A rule that fits nothing is a slip, and one that was to forbid a tool would not. Malformed ones are told by the toolbox. */
function checkRules(flag: string, rules: readonly string[], chain: Chain): void {
  const chains = chainsIn(chain);
  const servers = chains.flatMap((each) => Object.keys(each.servers));
  const tools = [...BUILT_IN_NAMES, ...chains.flatMap((each) => Object.keys(each.tools))];
  for (const source of rules) {
    const parsed = parseRule(source);
    if ('problem' in parsed || fitsSome(parsed.rule.name, { servers, tools })) continue;
    const close = nearest(parsed.rule.name, [...tools, ...servers.map((server) => `${server}.*`), 'run']);
    const help = close === undefined ? 'promptchain mcp tools shows those of servers' : `did you mean "${close}"?`;
    throw new UsageError(`${flag} "${source}" fits no tool that the chain can have`, { code: 'PC2027', help });
  }
}

function checkConcurrency(chain: Chain, { concurrency }: Partial<Pick<RunFlags, 'concurrency'>>): void {
  if (concurrency === undefined || chainsIn(chain).some(({ steps, finally: last }) => [...steps, ...last].some(branches))) return;
  throw new UsageError('--concurrency is given, but no step of the chain has branches or items', { code: 'PC2027' });
}

function branches(step: Step): boolean {
  return step.loop?.kind === 'foreach' || step.kind === 'parallel' || partsOf(step).some(({ steps }) => steps.some(branches));
}

/** Tells whether a step's id or path is the one a person named. */
export function isNamed(name: string): (step: { readonly id: string; readonly path: string }) => boolean {
  return (step) => step.path === name || step.id === name;
}

function checkStep(name: string, chain: Chain): void {
  const names = namesOf(chain);
  if (names.includes(asFirst(name))) return;
  const close = nearest(name, names);
  const help = close === undefined ? `the steps are: ${names.join(', ')}` : `did you mean "${close}"?`;
  throw new UsageError(`--output-step: the chain has no step "${name}"`, { code: 'PC2026', help });
}

/** The ids and journal paths of all steps, those inside groups and sub-chains included; of items and turns the first stands for all. */
export function namesOf(chain: Chain): readonly string[] {
  return [...new Set(namesIn(chain, ''))];
}

/** The name of an item or a turn, as that of the first. */
export function asFirst(name: string): string {
  return name.replaceAll(/\[\d+\]/g, '[0]');
}

function namesIn(chain: Chain, prefix: string): readonly string[] {
  return [...namesUnder(chain.steps, prefix), ...namesUnder(chain.finally, `${prefix}finally/`)];
}

function namesUnder(steps: readonly Step[], prefix: string): readonly string[] {
  return steps.flatMap((step) => {
    const { name, loop, body, onError } = step;
    const turn = loop === undefined ? name : `${name}[0]`;
    const inside = partsOf(step).flatMap((part) => {
      const around = part.steps === onError ? name : turn;
      return namesUnder(part.steps, `${prefix}${around}/${part.prefix}`);
    });
    const called = body.chain === undefined ? [] : namesIn(body.chain, `${prefix}${turn}/`);
    return [name, prefix + name, turn, prefix + turn, ...inside, ...called];
  });
}
