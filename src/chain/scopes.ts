import type { Step, StepPart } from '../core/step.ts';
import type { Shape } from '../template/names.ts';
import type { Frame } from './frame.ts';
import { idsIn } from './ids.ts';
import type { MapNode, NamedNode, Node } from './node.ts';

type BindSteps = (list: Node, place: { readonly conditional: boolean; readonly name?: string }) => Step[];

/** The steps of branches or cases. None of them reads a step of another one; after them, those of all can be read. */
export function bindParts(
  frame: Frame,
  parts: readonly NamedNode[],
  how: { readonly beside: boolean; readonly conditional: boolean },
  bindSteps: BindSteps,
): StepPart[] {
  const { names } = frame;
  const before = { hasOutput: frame.hasOutput, text: names.inputIsModelText };
  const siblings = new Map<string, NonNullable<ReturnType<typeof names.steps.get>>>();
  let [hasOutput, isText] = [false, false];
  const bound = parts.map(({ name, node }) => {
    frame.hasOutput = before.hasOutput;
    names.inputIsModelText = before.text;
    const own = how.beside && node.kind !== 'list' ? { name } : {};
    const steps = bindSteps(asList(node), { conditional: how.conditional, ...own });
    hasOutput ||= frame.hasOutput;
    isText ||= names.inputIsModelText;
    for (const id of idsIn(node)) {
      const known = names.steps.get(id);
      if (known === undefined) continue;
      siblings.set(id, known);
      names.steps.delete(id);
      names.apart.set(id, how.beside ? besideThis(id) : insteadOfThis(id));
    }
    return { name, steps };
  });
  for (const [id, known] of siblings) {
    names.steps.set(id, known);
    names.apart.delete(id);
  }
  frame.hasOutput = how.beside || hasOutput;
  names.inputIsModelText = !how.beside && isText;
  return bound;
}

function asList(node: Node): Node {
  return node.kind === 'list' ? node : { kind: 'list', flow: true, items: [node], start: node.start, end: node.end };
}

function besideThis(id: string): { message: string; help: string } {
  return { message: `step "${id}" runs beside this one, in another branch`, help: 'read it after the branches have been joined' };
}

function insteadOfThis(id: string): { message: string; help: string } {
  return { message: `step "${id}" is in another case: it does not run when this one does`, help: 'read it after the switch' };
}

/** Binds what a `foreach` runs once for each item: afterwards its steps, of which there are many, cannot be read by their ids. */
export function perItem<T>(frame: Frame, node: MapNode, owner: string | undefined, bind: () => T): T {
  const { names } = frame;
  const { item } = names;
  frame.hasOutput = true;
  names.inputIsModelText = false;
  names.item = { type: 'any' };
  const bound = bind();
  names.item = item;
  names.inputIsModelText = false;
  const where = owner === undefined ? 'give the foreach an id and read its data' : `read {steps.${owner}.data}, a list`;
  for (const id of idsIn(node)) {
    if (id === owner || !names.steps.delete(id)) continue;
    names.apart.set(id, { message: `step "${id}" runs once for each item`, help: where });
  }
  return bound;
}

/** Binds what a `repeat` runs: its texts can read `loop`, and the steps inside it as they were in the turn before. */
export function perTurn<T>(frame: Frame, node: MapNode, bind: () => T): T {
  const { loop } = frame.names;
  frame.names.loop = loopShape(node);
  const bound = bind();
  frame.names.loop = loop;
  return bound;
}

/** What `loop` is inside a repeat; with `ended`, also what its conditions see of the turn that has ended. */
export function loopShape(node: MapNode, ended: Readonly<Record<string, Shape>> = {}): Shape {
  const inside = ['steps', 'parallel', 'cases', 'default'].flatMap((key) => [...idsIn(node.entries.get(key)?.value)]);
  const ids = inside.map((id) => [id, { type: 'any' }] as const);
  const previous: Shape = { type: 'map', fields: Object.fromEntries(ids) };
  return {
    type: 'map',
    fields: { index: { type: 'integer' }, turn: { type: 'integer' }, max: { type: 'integer' }, previous, ...ended },
  };
}
