import type { Json } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import type { Binding, Loop, Step, StepBody, StepKind } from '../core/step.ts';
import type { Reference } from '../core/template.ts';
import { once } from '../lib/once.ts';
import type { Writable } from '../lib/writable.ts';
import { createBinding, type StepSource } from './bind.ts';
import { answerShapes } from './data-shape.ts';
import { definitionOf } from './definition.ts';
import type { Frame, Reading } from './frame.ts';
import { idsIn } from './ids.ts';
import { bindLoop, withUntil } from './loops.ts';
import type { MapNode, Node } from './node.ts';
import { describe, textOfScalar } from './node.ts';
import { bindParts, perItem, perTurn } from './scopes.ts';
import { positionOf } from './source.ts';
import { type CheckedOptions, checkCommand, checkOptions, lintPrompt, lintSet, refuseCache } from './step-check.ts';
import { findKind, reportTextStep } from './step-kind.ts';
import { bindCommon } from './step-options.ts';
import { bindExpression, type TextContext } from './texts.ts';
import { checkPatterns } from './tool-patterns.ts';
import { isModelText, noteJoined, noteStep } from './uses.ts';

/** What is known of a list of steps, or of a step in one, from around it. */
interface Around {
  /** What is around it may not run. */
  readonly conditional: boolean;
  /** Of the only step of a branch, unless it has an id. */
  readonly name?: string;
}

/** The steps of a list, bound in order; one that is wrong is reported and left out. */
export function bindSteps(frame: Frame, node: Node, around: Around = { conditional: false }): Step[] {
  if (node.kind !== 'list') {
    const help = 'start each step with "- "';
    frame.report.add(node, { code: 'PC1101', message: `steps must be a list, not ${describe(node)}`, help });
    return [];
  }
  return node.items.flatMap((item, index) => {
    const step = bindStep(frame, item, { ...around, index });
    return step === undefined ? [] : [step];
  });
}

/** One step on its way: where it stands and what is known of it before its kind is asked. */
interface Draft {
  readonly node: MapNode;
  readonly kind: StepKind;
  readonly id?: string;
  /** The id, or the name of the branch it is alone in. */
  readonly called?: string;
  /** The same, or the number among its siblings. */
  readonly name: string;
  readonly label: string;
  /** Its own condition, or one around it. */
  readonly conditional: boolean;
  /** One around it. */
  readonly guarded: boolean;
  /** What it must answer, when it says nothing about that itself. */
  readonly answer?: AnswerFormat;
}

function bindStep(frame: Frame, item: Node, place: Around & { index: number }): Step | undefined {
  const draft = draftOf(frame, item, place);
  if (draft === undefined) return undefined;
  const { node, kind, id, name, label } = draft;
  const options = checkOptions(frame, node, kind, label);
  const reading: Reading = { references: [], conditional: draft.conditional, missing: 'warning' };
  const raw = node.entries.get('raw')?.value;
  const context: TextContext = { frame, reading, raw: raw?.kind === 'scalar' && raw.value === true };
  const bound = bindWork(draft, context, options);
  checkPatterns(frame, node, bound.body?.tools ?? []);
  if (!kind.options.has('model')) refuseCache(frame, node);
  noteStep(frame, node, reading, bound.body);
  if (bound.loop?.kind === 'foreach') noteJoined(frame);
  if (id !== undefined) register(frame, id, draft, bound.body);
  const after: Reading = { references: [], conditional: true, missing: 'warning' };
  const common = bindCommon({ ...context, reading: after }, node, options?.common);
  const handlers = bindHandlers(frame, node);
  noteStep(frame, node, after, undefined);
  if (common.remember.length > 0) frame.uses.memory = true;
  if (common.cache !== undefined && bound.body?.model !== undefined) frame.uses.cache = true;
  if (bound.body === undefined || options?.valid !== true) return undefined;
  const { position, body, loop, definition } = bound;
  const step: Writable<Step> = {
    name,
    kind: kind.key,
    shape: kind.shape,
    position,
    onError: handlers ?? common.onError,
    remember: common.remember,
    body,
    reads: reading.references,
    definition,
  };
  if (id !== undefined) step.id = id;
  if (bound.if !== undefined) step.if = bound.if;
  if (loop !== undefined) step.loop = loop;
  if (common.description !== undefined) step.description = common.description;
  if (common.retry !== undefined) step.retry = common.retry;
  if (common.timeoutMs !== undefined) step.timeoutMs = common.timeoutMs;
  if (common.cache !== undefined) step.cache = common.cache;
  return step;
}

/** `on_error` with a list: steps that run in place of the one that failed, and can read why. */
function bindHandlers(frame: Frame, node: MapNode): readonly Step[] | undefined {
  const entry = node.entries.get('on_error');
  return entry?.value.kind === 'list' ? bindSteps(frame, entry.value, { conditional: true }) : undefined;
}

function draftOf(frame: Frame, item: Node, { index, conditional, name: given }: Around & { index: number }): Draft | undefined {
  const node = asMap(frame, item);
  if (node === undefined) {
    assume(frame, item);
    return undefined;
  }
  const idNode = node.entries.get('id')?.value;
  const id = idNode?.kind === 'scalar' && idNode.value !== null ? textOfScalar(idNode) : undefined;
  const called = id ?? given;
  const label = called === undefined ? `step ${index + 1}` : `step "${called.slice(0, 64)}"`;
  const kind = findKind(frame, node, label);
  const isConditional = conditional || node.entries.has('if');
  if (kind === undefined) {
    assume(frame, node);
    return undefined;
  }
  const name = called ?? String(index + 1);
  const draft: Writable<Draft> = { node, kind, name, label, conditional: isConditional, guarded: conditional };
  if (id !== undefined) draft.id = id;
  if (called !== undefined) draft.called = called;
  if (item === frame.last?.node && !node.entries.has('foreach')) draft.answer = frame.last.answer;
  return draft;
}

/** The ids of a step that is not bound: what reads them is not wrong because of that. */
function assume(frame: Frame, node: Node): void {
  for (const id of idsIn(node)) {
    frame.names.later.delete(id);
    frame.names.steps.set(id, { kind: 'unknown', modelText: false });
  }
}

/** A bare text is a prompt; anything that is no map is reported. */
function asMap(frame: Frame, item: Node): MapNode | undefined {
  if (item.kind === 'map') return reportTextStep(frame, item) ? undefined : item;
  if (item.kind === 'scalar' && item.value !== null) {
    if (reportTextStep(frame, item)) return undefined;
    const { start, end } = item;
    return { kind: 'map', flow: false, start, end, entries: new Map([['prompt', { key: { start, end }, value: item }]]) };
  }
  const what = item.kind === 'list' ? 'a list' : 'empty';
  const help = 'a step is a text, which is a prompt, or a map with one kind, such as "prompt" or "run"';
  frame.report.add(item, { code: 'PC1101', message: `this step is ${what}`, help });
  return undefined;
}

/** The condition and the loop of a step, then its body in the scope the loop gives it, then the condition that ends the loop. */
function bindWork(draft: Draft, context: TextContext, options: CheckedOptions | undefined) {
  const { node, kind } = draft;
  const { frame, reading } = context;
  const made: Json[] = [];
  const binding = bindingOf(draft, context, options, made);
  const before = frame.problems.length;
  const condition = bindCondition(draft, context, options);
  const loop = bindLoop(context, node, options?.common ?? {});
  if (loop !== undefined) reading.references.push(...referencesOf(loop));
  if (kind.key === 'run') checkCommand(frame, node);
  const bind = () => (options === undefined ? undefined : kind.bind(options.own as never, binding));
  const body = inLoop(frame, draft, bind);
  if (body === undefined) assume(frame, node);
  const isClean = body !== undefined && frame.problems.length === before;
  if (kind.key === 'prompt' && isClean && !context.raw) lintPrompt(frame, node, reading);
  if (kind.key === 'set' && isClean) lintSet(frame, node);
  return {
    if: condition,
    ...(loop === undefined ? {} : { loop: withUntil(context, node, loop, givesModelText(frame, draft, body)) }),
    body,
    position: binding.position,
    definition: once(() => definitionOf(kind.key, [options?.own ?? {}, context.raw, made] as Json[], body)),
  };
}

/** A group gives what its last step gave. */
function givesModelText({ names }: Frame, { node, kind }: Draft, body: StepBody | undefined): boolean {
  return kind.shape === 'group' ? names.inputIsModelText : isModelText(node, body);
}

/** Its own condition does not hold when it is read: only one around it does. */
function bindCondition({ node, guarded }: Draft, context: TextContext, options: CheckedOptions | undefined) {
  const condition = (options?.node ?? node).entries.get('if')?.value;
  if (condition === undefined || (condition.kind === 'scalar' && condition.value === null)) return undefined;
  return bindExpression({ ...context, reading: { ...context.reading, conditional: guarded } }, condition, 'bool');
}

function bindingOf(draft: Draft, context: TextContext, options: CheckedOptions | undefined, made: Json[]): Binding {
  const { node, kind, called, conditional } = draft;
  const { frame } = context;
  const inside = (list: Node, around: Around) => bindSteps(frame, list, around);
  const source: Writable<StepSource> = {
    node: options?.node ?? node,
    context,
    made,
    bindSteps: (list) => inside(list, { conditional }),
    bindParts(parts, how) {
      const beside = how === 'beside';
      return bindParts(frame, parts, { beside, conditional: beside ? conditional || continuesOnError(node) : true }, inside);
    },
  };
  if (called !== undefined) source.id = called;
  if (kind.key === 'prompt') source.turn = frame.prompts++;
  if (draft.answer !== undefined) source.answer = draft.answer;
  return createBinding(source);
}

/** A loop that is wrong gives its names all the same: what reads them is not wrong because of that. */
function inLoop<T>(frame: Frame, { node, id }: Draft, bind: () => T): T {
  const turns = node.entries.has('repeat') ? () => perTurn(frame, node, bind) : bind;
  return node.entries.has('foreach') ? perItem(frame, node, id, turns) : turns();
}

/** `while` has been noted with the texts of the step. */
function referencesOf(loop: Loop): readonly Reference[] {
  return loop.kind === 'foreach' ? loop.references : [];
}

function register(frame: Frame, id: string, { node, kind, conditional }: Draft, body: StepBody | undefined): void {
  frame.names.later.delete(id);
  const isList = node.entries.has('foreach');
  const known = body?.answer === undefined ? {} : answerShapes(body.answer);
  const shapes = isList ? { data: { type: 'list' } as const } : known;
  frame.names.steps.set(id, { kind: kind.key, modelText: !isList && isModelText(node, body), ...shapes });
  if (conditional || continuesOnError(node)) frame.uncertain.add(id);
  const place = node.entries.get('id')?.value ?? node;
  const first = frame.ids.get(id);
  if (first === undefined) {
    frame.ids.set(id, place);
    return;
  }
  const { line } = positionOf(frame.report.source, first);
  frame.report.add(place, { code: 'PC1108', message: `the id "${id}" is given twice`, label: `already on line ${line}` });
}

function continuesOnError(node: MapNode): boolean {
  const onError = node.entries.get('on_error')?.value;
  return onError?.kind === 'list' || (onError?.kind === 'scalar' && onError.value === 'continue');
}
