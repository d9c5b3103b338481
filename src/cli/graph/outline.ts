import type { Chain } from '../../core/chain.ts';
import type { Loop, Step } from '../../core/step.ts';
import { partsOf } from '../../lib/step-parts.ts';
import { oneLine } from '../../terminal/words.ts';

/** A step as every form of the graph shows it. Its texts are single lines without control characters, and not escaped. */
export interface Node {
  /** Unique in the graph: `n1`, `n2`, … */
  readonly key: string;
  /** Journal path, without the numbers of items, turns and attempts. */
  readonly path: string;
  readonly title: string;
  /** The kind, the model, and what else there is to say of it. */
  readonly notes: readonly string[];
  /** What has to hold for it to run. */
  readonly condition?: string;
  readonly parts: readonly Part[];
  /** The keys of the steps it reads by name. */
  readonly reads: readonly string[];
}

/** Steps that run one after the other. */
export interface Part {
  /** Empty for the steps of a group. */
  readonly label: string;
  readonly nodes: readonly Node[];
}

export interface Outline {
  readonly name: string;
  readonly steps: readonly Node[];
  readonly last: readonly Node[];
}

/** `depth` is how many levels of sub-chains are opened. */
export function outlineOf(chain: Chain, depth: number): Outline {
  let count = 0;
  const next = (): string => {
    count += 1;
    return `n${count}`;
  };
  const nodesOf = (steps: readonly Step[], { known, left, prefix }: Place): readonly Node[] =>
    steps.map((step) => nodeOf(step, { known, left, prefix }));
  const nodeOf = (step: Step, { known, left, prefix: around }: Place): Node => {
    const key = next();
    const path = around + step.name;
    const reads = [...new Set(step.reads.flatMap(({ root, path: [id] }) => (root === 'steps' ? [known.get(String(id))] : [])))];
    const inner = partsOf(step).map(({ name, prefix, steps }) => ({
      label: name === '' && prefix === '' ? '' : oneLine(name.replace('on-error', 'on error')),
      nodes: nodesOf(steps, { known, left, prefix: `${path}/${prefix}` }),
    }));
    const opened = step.body.chain === undefined || left === 0 ? [] : [subChain(step.body.chain, left, `${path}/`)];
    if (step.id !== undefined) known.set(step.id, key);
    return {
      key,
      path,
      // A branch of one step has the branch's name, which stands beside it.
      title: oneLine(step.id ?? (/^\d+$/.test(step.name) ? `${step.name}. ${step.kind}` : step.kind)),
      notes: notesOf(step).map(oneLine),
      ...(step.if === undefined ? {} : { condition: oneLine(step.if.source) }),
      parts: [...inner, ...opened],
      reads: reads.filter((read) => read !== undefined),
    };
  };
  const subChain = (inner: Chain, left: number, prefix: string): Part => ({
    label: oneLine(inner.name),
    nodes: [
      ...nodesOf(inner.steps, { known: new Map(), left: left - 1, prefix }),
      ...nodesOf(inner.finally, { known: new Map(), left: left - 1, prefix: `${prefix}finally/` }),
    ],
  });
  const known = new Map<string, string>();
  const steps = nodesOf(chain.steps, { known, left: depth, prefix: '' });
  return { name: oneLine(chain.name), steps, last: nodesOf(chain.finally, { known, left: depth, prefix: 'finally/' }) };
}

/** Where a list of steps stands. */
interface Place {
  /** The keys of the steps before it, by id. */
  readonly known: Map<string, string>;
  /** How many levels of sub-chains may still be opened. */
  readonly left: number;
  readonly prefix: string;
}

function notesOf({ kind, id, body, loop, retry, description, onError }: Step): readonly string[] {
  const what = [
    ...(id === undefined ? [] : [kind]),
    ...(body.model === undefined ? [] : [body.model.id]),
    ...(body.chain === undefined ? [] : [body.chain.name]),
  ];
  return [
    ...(what.length === 0 ? [] : [what.join(', ')]),
    ...(description === undefined ? [] : [description]),
    ...(loop === undefined ? [] : [loopNote(loop)]),
    ...(retry === undefined ? [] : [`up to ${retry.attempts} attempts`]),
    ...(onError === 'continue' ? ['goes on when it fails'] : []),
  ];
}

function loopNote(loop: Loop): string {
  if (loop.kind === 'foreach')
    return `for each of ${loop.source}${loop.concurrency === undefined ? '' : `, ${loop.concurrency} at a time`}`;
  const until = loop.until === undefined ? '' : ` until ${loop.until.source}`;
  const condition = loop.while === undefined ? '' : ` while ${loop.while.source}`;
  return `up to ${loop.max} turns${until}${condition}`;
}

/** Every node, the inner ones after the ones around them. */
export function allNodes({ steps, last }: Outline): readonly Node[] {
  const flat = (nodes: readonly Node[]): readonly Node[] =>
    nodes.flatMap((node) => [node, ...node.parts.flatMap((part) => flat(part.nodes))]);
  return [...flat(steps), ...flat(last)];
}

/** Long texts are cut, so that a graph stays one. */
export function cut(text: string, longest: number): string {
  const characters = [...text];
  return characters.length > longest ? `${characters.slice(0, longest - 3).join('')}...` : text;
}
