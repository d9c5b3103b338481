import type { StepKind } from '../core/step.ts';
import type { Fields } from '../lib/fields.ts';
import { compileTemplate } from '../template/compile.ts';
import { checkedFields } from './checked.ts';
import type { Frame, Reading } from './frame.ts';
import type { Entry, MapNode } from './node.ts';
import { jsonOf, jsonOfEntries } from './node.ts';
import type { Report } from './report.ts';
import { isFreeKey, type Owner, unknownKey } from './unknown-key.ts';
import { FOREIGN } from './words.ts';

/** What the schemas made of a step's keys. */
export interface CheckedOptions {
  readonly common: Record<string, unknown>;
  readonly own: Record<string, unknown>;
  /** The step without the keys that are wrong, so that its texts can be checked all the same. */
  readonly node: MapNode;
  /** Nothing was wrong. */
  readonly valid: boolean;
}

/**
 * The options of a step as the schemas of its kind and of all steps give them; what is unknown or wrong is reported and left
 * out. Undefined when nothing useful remains.
 */
export function checkOptions(frame: Frame, node: MapNode, kind: StepKind, label: string): CheckedOptions | undefined {
  const { report, options } = frame;
  const owner = () => ownerOf(frame, kind, label);
  const before = frame.problems.length;
  const common = new Map<string, Entry>();
  const own = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    if (isFreeKey(key)) continue;
    const target = kind.options.has(key) ? own : options.stepOptions.has(key) ? common : undefined;
    if (target === undefined) report.add(entry.key, unknownKey(key, owner()));
    else target.set(key, entry);
  }
  const checkedCommon = checkPart(report, node, { entries: common, fields: options.stepOptions, owner });
  const checkedOwn = checkPart(report, node, { entries: own, fields: kind.options, required: kind.key, owner });
  if (checkedCommon === undefined || checkedOwn === undefined) return undefined;
  if (frame.problems.length === before) return { common: checkedCommon, own: checkedOwn, node, valid: true };
  const entries = new Map([...node.entries].filter(([key]) => common.has(key) || own.has(key)));
  return { common: checkedCommon, own: checkedOwn, node: { ...node, entries }, valid: false };
}

interface Part {
  readonly entries: Map<string, Entry>;
  readonly fields: Fields;
  readonly required?: string;
  owner(): Owner;
}

/** Checks the keys of one schema; with errors, checks again without the keys they are in, which leave `entries`. */
function checkPart(
  report: Report,
  node: MapNode,
  { entries, fields, required, owner }: Part,
): Record<string, unknown> | undefined {
  const first = checkedFields(report, { node, json: jsonOfEntries(entries), fields, required, owner });
  if (first !== undefined) return first;
  for (const [key, entry] of entries) {
    if (fields.schema(key)?.safeParse(jsonOf(entry.value)).success !== true) entries.delete(key);
  }
  const second = fields.whole().safeParse(jsonOfEntries(entries));
  return second.success ? second.data : undefined;
}

function ownerOf(frame: Frame, kind: StepKind, label: string): Owner {
  const common = frame.options.stepOptions.keys;
  const own = kind.options.keys;
  const elsewhere = new Map<string, string>();
  for (const other of frame.kinds.values()) {
    for (const key of other.options.keys) if (!elsewhere.has(key)) elsewhere.set(key, other.key);
  }
  return { name: label, known: [...new Set([...own, ...common])], foreign: FOREIGN.step, elsewhere };
}

/** A placeholder in a command would make a value of the run into shell text. */
export function checkCommand(frame: Frame, node: MapNode): void {
  const run = node.entries.get('run')?.value;
  if (run === undefined) return;
  for (const part of run.kind === 'list' ? run.items : [run]) {
    if (part.kind !== 'scalar' || typeof part.value !== 'string') continue;
    for (const reference of compileTemplate(part.value).template.references) {
      const written = `{${part.value.slice(reference.offset, reference.offset + reference.length)}}`;
      const place = frame.locator.place(part, reference.offset - 1, written.length);
      frame.report.add(place, {
        code: 'PC1115',
        message: 'a command takes no placeholders: what a value holds would become part of the command',
        help: commandHelp(written),
      });
    }
  }
}

function commandHelp(written: string): string {
  if (/^\{input\b/.test(written)) return 'the previous output is on stdin, and in "$INPUT"';
  if (/^\{item\b/.test(written)) return 'the item is in "$ITEM"';
  const name = /\.([a-z_]+)[^.]*\}$/i.exec(written)?.[1]?.toUpperCase() ?? 'VALUE';
  const variable = ['OUTPUT', 'DATA'].includes(name) ? 'VALUE' : name;
  return `pass it through the environment: env: { ${variable}: "${written}" } and "$${variable}" in the command`;
}

/** Commands, functions and tools may do something each time: only what a model said is kept. */
export function refuseCache(frame: Frame, node: MapNode): void {
  const cache = node.entries.get('cache');
  if (cache === undefined) return;
  const message = 'only steps that ask a model have a cache: what else a step does may have to happen again';
  frame.report.add(cache.key, {
    code: 'PC1409',
    message,
    help: 'put it on the prompt and objective steps, or at the top of the chain',
  });
}

/** A prompt that reads nothing drops the previous output: the best-known trap of the original. */
export function lintPrompt(frame: Frame, node: MapNode, reading: Reading): void {
  if (reading.references.length > 0 || sendsHistory(node)) return;
  const prompt = node.entries.get('prompt')?.value ?? node;
  const dropped = frame.hasOutput ? 'the previous output is dropped' : "the chain's input is not used";
  frame.report.add(prompt, {
    code: 'PC1401',
    severity: 'warning',
    message: `this prompt reads nothing: ${dropped}`,
    help: 'put {input} where the text belongs, or raw: true on the step if nothing is to be read',
  });
}

/** Nothing can read a value without a name, and `{input}` stays what it was. */
export function lintSet(frame: Frame, node: MapNode): void {
  const entry = node.entries.get('set');
  if (entry === undefined || node.entries.has('id')) return;
  frame.report.add(entry.key, {
    code: 'PC1402',
    severity: 'warning',
    message: 'this value has no name, so nothing can read it: {input} stays what it was',
    help: 'give the step an id and read {steps.<id>.data}',
  });
}

function sendsHistory(node: MapNode): boolean {
  const history = node.entries.get('history')?.value;
  return history?.kind === 'scalar' && history.value !== 'none' && history.value !== 0;
}
