import { ToolError, UsageError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { ScopeRules, Toolbox, ToolScope } from '../core/tool.ts';
import { type PermissionRule, parseRule } from '../lib/permission-rule.ts';
import { catches, isWithin, permits, type WantedCall } from './rule-fit.ts';

export interface Question {
  readonly tool: string;
  readonly args: JsonObject;
  /** The rule that asks, as written. */
  readonly rule: string;
}

/** `always` holds for the same tool under the same rule until the run ends. */
export type Answer = 'yes' | 'no' | 'always';

export interface PermitOptions {
  /** What a rule that asks means: ask a person, take it as allowed, take it as denied. */
  readonly approve: 'auto' | 'ask' | 'never';
  /** Rules of `--allow-tool` and `--deny-tool`. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Absent where nobody can be asked. Rejects when the signal aborts. */
  readonly ask?: (question: Question, signal: AbortSignal) => Promise<Answer>;
  /** Hides secrets in what an error shows of the arguments. */
  readonly redact?: (text: string) => string;
}

/**
 * The decision on one call: `--deny-tool` and `deny` forbid, else `ask` asks unless `--allow-tool` or a narrower rule of `allow`
 * fits, else it is allowed.
 * People are asked one question at a time. Throws `UsageError` at once for a malformed flag.
 */
export function createPermit(options: PermitOptions): Toolbox['permit'] {
  const flags = { allow: options.allow.map(flagRule('--allow-tool')), deny: options.deny.map(flagRule('--deny-tool')) };
  const always = new Set<string>();
  let asked: Promise<unknown> = Promise.resolve();

  return async ({ name: tool }, args, scope, signal) => {
    signal.throwIfAborted();
    const call: WantedCall = { tool, args, dir: scope.dir };
    const chains = rulesOf(scope, tool);
    const forbids = flags.deny.find((rule) => catches(rule, call));
    if (forbids !== undefined) throw denied(tool, `--deny-tool "${forbids.source}"`);
    const denies = chains.flatMap(({ deny }) => deny).find((rule) => catches(rule, call));
    if (denies !== undefined) throw denied(tool, `the rule "${denies.source}" in permissions.deny`);
    const asks = chains.flatMap((rules) => asksOf(rules, call))[0];
    if (asks === undefined || options.approve === 'auto' || flags.allow.some((rule) => permits(rule, call))) return;
    if (options.approve === 'never') throw denied(tool, `--approve never, because the rule "${asks.source}" asks`);
    const question: Question = { tool, args, rule: asks.source };
    const key = JSON.stringify([tool, asks.source]);
    if (always.has(key)) return;
    const { ask: askPerson } = options;
    if (askPerson === undefined) throw needsHuman(question, options.redact);
    const answer = asked.then(async () => {
      signal.throwIfAborted();
      return always.has(key) ? 'yes' : await askPerson(question, signal);
    });
    asked = answer.catch(() => undefined);
    const said = await answer;
    if (said === 'always') always.add(key);
    if (said === 'no') throw refused(tool);
  };
}

function flagRule(flag: string): (source: string) => PermissionRule {
  return (source) => {
    const parsed = parseRule(source);
    if ('rule' in parsed) return parsed.rule;
    throw new UsageError(`the rule "${source}" of ${flag} ${parsed.problem}`, {
      code: 'PC7064',
      help: `for example: ${flag} "fs.write_file(path=docs/*)"`,
    });
  };
}

interface ChainRules {
  readonly allow: readonly PermissionRule[];
  readonly ask: readonly PermissionRule[];
  readonly deny: readonly PermissionRule[];
}

/**
 * The rules of the chain that calls and of those around it, the outermost first. The loader has refused malformed rules; one
 * that comes another way forbids, for it may have been meant to.
 */
function rulesOf({ permissions }: ToolScope, tool: string): readonly ChainRules[] {
  const read = (source: string): PermissionRule => {
    const parsed = parseRule(source);
    if ('rule' in parsed) return parsed.rule;
    throw denied(tool, `the rule "${source}", which ${parsed.problem}`);
  };
  const chains: ChainRules[] = [];
  for (let rules: ScopeRules | undefined = permissions; rules !== undefined; rules = rules.around) {
    chains.unshift({ allow: rules.allow.map(read), ask: rules.ask.map(read), deny: rules.deny.map(read) });
  }
  return chains;
}

/** A chain that asks about much and allows a part of it has said what it means: a wider rule of `allow` lifts nothing. */
function asksOf({ allow, ask }: ChainRules, call: WantedCall): readonly PermissionRule[] {
  const allowing = allow.filter((rule) => permits(rule, call));
  return ask.filter((rule) => catches(rule, call) && !allowing.some((narrow) => isWithin(narrow, rule)));
}

/** `run` is what rules call the commands of `run` steps. */
function named(tool: string): string {
  return tool === 'run' ? 'the command' : `the tool "${tool}"`;
}

function denied(tool: string, by: string): ToolError {
  return new ToolError(`${named(tool)} may not run so: ${by} denies it`, { code: 'PC7061', reason: 'denied' });
}

function refused(tool: string): ToolError {
  return new ToolError(`${named(tool)} may not run so: the person who was asked did not allow it`, {
    code: 'PC7063',
    reason: 'denied',
  });
}

function needsHuman({ tool, args, rule }: Question, redact = (text: string): string => text): ToolError {
  const shown = shortened(redact(JSON.stringify(args)));
  return new ToolError(
    `${named(tool)} needs the consent of a person, because of the rule "${rule}" in permissions.ask: ${shown}`,
    { code: 'PC7062', reason: 'needs_human', help: `run it in a terminal, or allow it with: --allow-tool "${tool}"` },
  );
}

const LONGEST_SHOWN = 400;

function shortened(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}… (${text.length} characters)`;
}
