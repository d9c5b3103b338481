import type { ModelSpec } from '../core/model.ts';
import type { StepBody } from '../core/step.ts';
import type { Frame, Reading } from './frame.ts';
import type { MapNode } from './node.ts';

/** Notes what a bound step reads and touches in `frame.uses`, and what `{input}` is after it. */
export function noteStep(frame: Frame, node: MapNode, reading: Reading, body: StepBody | undefined): void {
  noteReads(frame, reading);
  if (body === undefined) return;
  if (!frame.hasOutput && body.reads?.includes('input')) frame.uses.input = true;
  if (body.reads?.includes('memory')) frame.uses.memory = true;
  if (body.reads?.includes('history')) frame.uses.conversation = true;
  if (body.model !== undefined || body.runs !== undefined || body.chain !== undefined) {
    frame.hasOutput ||= !node.entries.has('if');
    frame.names.inputIsModelText = isModelText(node, body);
  }
  noteBody(frame, body);
}

/** After a `foreach` the input is the list of what its items gave, as JSON. */
export function noteJoined(frame: Frame): void {
  frame.hasOutput = true;
  frame.names.inputIsModelText = false;
}

export function noteReads({ uses, hasOutput }: Frame, reading: Reading): void {
  for (const { root } of reading.references) {
    if (root === 'input' && !hasOutput) uses.input = true;
    if (root === 'stdin') uses.stdin = true;
    if (root === 'memory') uses.memory = true;
    if (root === 'history') uses.conversation = true;
  }
}

/** Free text: nothing in the step says what the answer may be. */
export function isModelText(node: MapNode, body: StepBody | undefined): boolean {
  return (
    body?.model !== undefined &&
    body.answer === undefined &&
    !['fields', 'schema', 'choices'].some((key) => node.entries.has(key))
  );
}

/** What a body, of a step or of a declared tool, may touch. */
export function noteBody({ uses }: Pick<Frame, 'uses'>, body: StepBody): void {
  uses.commands ||= body.runs === 'command';
  uses.functions ||= body.runs === 'function';
  for (const model of body.model === undefined ? [] : [body.model, ...(body.model.fallback ?? [])]) noteModel(uses.models, model);
  uses.gates ||= body.asks === true;
  const inner = body.chain?.uses;
  if (inner === undefined) return;
  for (const model of inner.models) noteModel(uses.models, model);
  uses.stdin ||= inner.stdin;
  uses.memory ||= inner.memory;
  uses.conversation ||= inner.conversation;
  uses.commands ||= inner.commands;
  uses.functions ||= inner.functions;
  uses.gates ||= inner.gates;
  uses.cache ||= inner.cache;
  uses.servers = [...new Set([...uses.servers, ...inner.servers])];
}

/** One entry for each server and model; the parameters of a step make no difference to what is touched. */
function noteModel(models: Map<string, ModelSpec>, spec: ModelSpec): void {
  const key = `${spec.id}\n${spec.baseUrl ?? ''}\n${spec.apiKeyEnv ?? ''}\n${spec.api ?? ''}`;
  if (!models.has(key)) models.set(key, spec);
}
