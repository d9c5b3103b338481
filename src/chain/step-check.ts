import type { StepKind } from '../core/step.ts';
import { compileTemplate } from '../template/compile.ts';
import { checked } from './checked.ts';
import type { Frame, Reading } from './frame.ts';
import type { MapNode } from './node.ts';
import { jsonOf } from './node.ts';
import { isFreeKey, type Owner, unknownKey } from './unknown-key.ts';
import { FOREIGN, PLANNED } from './words.ts';

export interface CheckedOptions {
  readonly common: Record<string, unknown>;
  readonly own: Record<string, unknown>;
}

/** The options of a step as the schemas of its kind and of all steps give them; unknown keys are reported. */
export function checkOptions(frame: Frame, node: MapNode, kind: StepKind, label: string): CheckedOptions | undefined {
  const { report, options } = frame;
  const commonShape = options.stepOptions.shape;
  const ownShape = kind.options.shape;
  const common: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  const owner = () => ownerOf(frame, kind, label);
  let isKnown = true;
  for (const [key, entry] of node.entries) {
    if (isFreeKey(key)) continue;
    const target = Object.hasOwn(ownShape, key) ? own : Object.hasOwn(commonShape, key) ? common : undefined;
    if (target !== undefined) target[key] = jsonOf(entry.value);
    else {
      report.add(entry.key, unknownKey(key, owner()));
      isKnown = false;
    }
  }
  const checkedCommon = checked(report, { node, json: common as never, schema: options.stepOptions, owner });
  const checkedOwn = checked(report, { node, json: own as never, schema: kind.options, owner });
  if (!isKnown || checkedCommon === undefined || checkedOwn === undefined) return undefined;
  return { common: checkedCommon, own: checkedOwn };
}

function ownerOf(frame: Frame, kind: StepKind, label: string): Owner {
  const common = Object.keys(frame.options.stepOptions.shape);
  const own = Object.keys(kind.options.shape);
  const elsewhere = new Map<string, string>();
  for (const other of frame.kinds.values()) {
    for (const key of Object.keys(other.options.shape)) if (!elsewhere.has(key)) elsewhere.set(key, other.key);
  }
  return { name: label, known: [...own, ...common], planned: PLANNED.step, foreign: FOREIGN.step, elsewhere };
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

function sendsHistory(node: MapNode): boolean {
  const history = node.entries.get('history')?.value;
  return history?.kind === 'scalar' && history.value !== 'none' && history.value !== 0;
}
