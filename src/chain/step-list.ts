import type { AnswerFormat } from '../core/model.ts';
import type { Step, StepBody, StepKind } from '../core/step.ts';
import { createBinding } from './bind.ts';
import { answerShapes } from './data-shape.ts';
import type { Frame, Reading } from './frame.ts';
import { idsIn } from './ids.ts';
import type { MapNode, Node } from './node.ts';
import { describe, textOfScalar } from './node.ts';
import { positionOf } from './source.ts';
import { type CheckedOptions, checkCommand, checkOptions, lintPrompt, refuseCache } from './step-check.ts';
import { findKind, reportTextStep } from './step-kind.ts';
import { bindCommon } from './step-options.ts';
import type { TextContext } from './texts.ts';
import { checkPatterns } from './tool-patterns.ts';
import { isModelText, noteStep } from './uses.ts';

/** The steps of a list, bound in order; one that is wrong is reported and left out. */
export function bindSteps(frame: Frame, node: Node, conditional = false): Step[] {
  if (node.kind !== 'list') {
    const help = 'start each step with "- "';
    frame.report.add(node, { code: 'PC1101', message: `steps must be a list, not ${describe(node)}`, help });
    return [];
  }
  return node.items.flatMap((item, index) => {
    const step = bindStep(frame, item, { index, conditional });
    return step === undefined ? [] : [step];
  });
}

/** One step on its way: where it stands and what is known of it before its kind is asked. */
interface Draft {
  readonly node: MapNode;
  readonly kind: StepKind;
  readonly id?: string;
  /** The id, or the number among its siblings. */
  readonly name: string;
  readonly label: string;
  /** Its own condition, or one around it. */
  readonly conditional: boolean;
  /** What it must answer, when it says nothing about that itself. */
  readonly answer?: AnswerFormat;
}

function bindStep(frame: Frame, item: Node, place: { index: number; conditional: boolean }): Step | undefined {
  const draft = draftOf(frame, item, place);
  if (draft === undefined) return undefined;
  const { node, kind, id, name, label } = draft;
  const options = checkOptions(frame, node, kind, label);
  const reading: Reading = { references: [], conditional: draft.conditional, missing: 'warning' };
  const raw = node.entries.get('raw')?.value;
  const context: TextContext = { frame, reading, raw: raw?.kind === 'scalar' && raw.value === true };
  const bound = bindBody(draft, context, options);
  checkPatterns(frame, node, bound.body?.tools ?? []);
  if (!kind.options.has('model')) refuseCache(frame, node);
  noteStep(frame, node, reading, bound.body);
  if (id !== undefined) register(frame, { ...draft, id }, bound.body);
  const after: Reading = { references: [], conditional: true, missing: 'warning' };
  const common = bindCommon({ ...context, reading: after }, node, options?.common);
  noteStep(frame, node, after, undefined);
  if (common.remember.length > 0) frame.uses.memory = true;
  if (common.cache !== undefined && bound.body?.model !== undefined) frame.uses.cache = true;
  if (bound.body === undefined || options?.valid !== true) return undefined;
  const condition = bound.if === undefined ? {} : { if: bound.if };
  const { position } = bound;
  return {
    ...(id === undefined ? {} : { id }),
    name,
    kind: kind.key,
    shape: kind.shape,
    position,
    ...condition,
    ...common,
    body: bound.body,
  };
}

function draftOf(frame: Frame, item: Node, { index, conditional }: { index: number; conditional: boolean }): Draft | undefined {
  const node = asMap(frame, item);
  if (node === undefined) {
    assume(frame, item);
    return undefined;
  }
  const idNode = node.entries.get('id')?.value;
  const id = idNode?.kind === 'scalar' && idNode.value !== null ? textOfScalar(idNode) : undefined;
  const label = id === undefined ? `step ${index + 1}` : `step "${id.slice(0, 64)}"`;
  const kind = findKind(frame, node, label);
  const answer = item === frame.last?.node ? { answer: frame.last.answer } : {};
  const draft = { node, name: id ?? String(index + 1), label, conditional: conditional || node.entries.has('if'), ...answer };
  if (kind !== undefined) return { ...draft, kind, ...(id === undefined ? {} : { id }) };
  assume(frame, node);
  return undefined;
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

function bindBody(draft: Draft, context: TextContext, options: CheckedOptions | undefined) {
  const { node, kind, id } = draft;
  const { frame, reading } = context;
  const isPrompt = kind.key === 'prompt';
  const binding = createBinding({
    node: options?.node ?? node,
    context,
    ...(id === undefined ? {} : { id }),
    ...(isPrompt ? { turn: frame.prompts++ } : {}),
    ...(draft.answer === undefined ? {} : { answer: draft.answer }),
    bindSteps: (list) => bindSteps(frame, list, draft.conditional),
  });
  const before = frame.problems.length;
  const condition = binding.expression(['if'], 'bool');
  if (kind.key === 'run') checkCommand(frame, node);
  const body = options === undefined ? undefined : kind.bind(options.own as never, binding);
  if (body === undefined) assume(frame, node);
  const isClean = body !== undefined && frame.problems.length === before;
  if (isPrompt && isClean && !context.raw) lintPrompt(frame, node, reading);
  return { if: condition, body, position: binding.position };
}

function register(frame: Frame, { id, node, kind, conditional }: Draft & { id: string }, body: StepBody | undefined): void {
  frame.names.later.delete(id);
  const known = body?.answer === undefined ? {} : answerShapes(body.answer);
  frame.names.steps.set(id, { kind: kind.key, modelText: isModelText(node, body), ...known });
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
  return onError?.kind === 'scalar' && onError.value === 'continue';
}
