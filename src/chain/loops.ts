import { StepError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Foreach, Loop, Repeat } from '../core/step.ts';
import type { Frame, Reading } from './frame.ts';
import type { MapNode, Node } from './node.ts';
import { loopShape } from './scopes.ts';
import type { TextContext } from './texts.ts';
import { bindExpression, bindValue } from './texts.ts';

/** The loop of a step; `until` is still to come, since it reads what the steps inside give. */
export function bindLoop(context: TextContext, node: MapNode, options: Record<string, unknown>): Loop | undefined {
  const { frame } = context;
  const foreach = node.entries.get('foreach');
  const repeat = node.entries.get('repeat');
  if (foreach === undefined && node.entries.has('concurrency') && options.concurrency !== undefined) {
    const { key } = node.entries.get('concurrency') ?? { key: node };
    frame.report.add(key, {
      code: 'PC1125',
      message: '"concurrency" does nothing without "foreach"',
      help: 'add foreach: with a list',
    });
  }
  if (foreach !== undefined && repeat !== undefined) {
    const help = 'put one of them on a step inside the other: foreach: … with steps: [{repeat: …}]';
    frame.report.add(repeat.key, { code: 'PC1125', message: 'a step has either "foreach" or "repeat"', help });
    return undefined;
  }
  if (foreach !== undefined && options.foreach !== undefined) return bindForeach(context, foreach.value, options);
  return repeat !== undefined && options.repeat !== undefined
    ? bindRepeat(context, node, options.repeat as RepeatOptions)
    : undefined;
}

function bindForeach(context: TextContext, node: Node, options: Record<string, unknown>): Foreach | undefined {
  const how = typeof options.concurrency === 'number' ? { concurrency: options.concurrency } : {};
  if (node.kind === 'list') {
    const items = bindValue(context, node);
    const source = `${node.items.length} items`;
    return {
      kind: 'foreach',
      source,
      references: items.references,
      items: (scope) => listIn(items.value(scope), source),
      ...how,
    };
  }
  const list = bindExpression(context, node, 'list');
  if (list === undefined) return undefined;
  const { source, references } = list;
  return { kind: 'foreach', source, references, items: (scope) => listIn(list.evaluate(scope), source), ...how };
}

function listIn(value: Json, source: string): readonly Json[] {
  if (!Array.isArray(value))
    throw new StepError(`foreach needs a list, and ${source} gave none`, { code: 'PC3211', reason: 'condition' });
  if (value.length <= MOST_ITEMS) return value;
  throw new StepError(`${source} has ${value.length} items: the most are ${MOST_ITEMS}`, {
    code: 'PC3211',
    reason: 'condition',
    help: 'take a part of them, or run the chain once for each row',
  });
}

const MOST_ITEMS = 10_000;

interface RepeatOptions {
  readonly max: number;
  readonly on_max?: 'fail' | 'continue';
}

function bindRepeat(context: TextContext, node: MapNode, { max, on_max: onMax }: RepeatOptions): Repeat {
  const condition = bindTurnCondition(context, node, 'while');
  return { kind: 'repeat', max, onMax: onMax ?? 'fail', ...(condition === undefined ? {} : { while: condition }) };
}

/** Bound after the steps inside, whose last turn it reads. `turnIsModelText`: a turn gives the free text of a model. */
export function withUntil(context: TextContext, node: MapNode, loop: Loop, turnIsModelText: boolean): Loop {
  if (loop.kind === 'foreach') return loop;
  const until = bindTurnCondition(context, node, 'until', turnIsModelText);
  return until === undefined ? loop : { ...loop, until };
}

function bindTurnCondition({ frame, reading, raw }: TextContext, node: MapNode, key: 'while' | 'until', turnIsModelText = false) {
  const repeat = node.entries.get('repeat')?.value;
  const condition = repeat?.kind === 'map' ? repeat.entries.get(key)?.value : undefined;
  if (condition === undefined) return undefined;
  const loop = loopShape(node, { output: { type: 'string' }, data: { type: 'any' } });
  const names: Frame['names'] = { ...frame.names, loop, turnIsModelText };
  const own: Reading = { ...reading, conditional: true };
  return bindExpression({ frame: { ...frame, names }, reading: own, raw }, condition, 'bool');
}
