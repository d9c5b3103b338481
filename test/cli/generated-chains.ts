import fc from 'fast-check';

/** A step of a generated chain. What a prompt says begins with its number, so that each is known on the wire. */
export type Node =
  | { readonly kind: 'prompt'; readonly answer: 'ok' | 'once busy' | 'refused' }
  | { readonly kind: 'set' }
  | {
      readonly kind: 'foreach';
      readonly items: number;
      readonly concurrency: number;
      readonly steps: readonly Node[];
      readonly goesOn: boolean;
    }
  | { readonly kind: 'repeat'; readonly turns: number; readonly steps: readonly Node[] }
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly Node[])[]; readonly goesOn: boolean }
  | { readonly kind: 'switch'; readonly chosen: 'a' | 'b' | 'c'; readonly steps: readonly Node[] }
  | { readonly kind: 'chain'; readonly steps: readonly Node[] }
  | { readonly kind: 'handled'; readonly step: Node; readonly steps: readonly Node[] }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'remember' };

const leaf: fc.Arbitrary<Node> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('prompt' as const),
      answer: fc.constantFrom('ok' as const, 'ok' as const, 'ok' as const, 'ok' as const, 'once busy' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'set' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'skipped' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'remember' as const }) },
);

/** Fails for good: only where the chain goes on without it. */
const refused: Node = { kind: 'prompt', answer: 'refused' };

export const chains: fc.Arbitrary<readonly Node[]> = fc.letrec<{ node: Node; steps: readonly Node[] }>((tie) => ({
  steps: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
  node: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 5, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('foreach' as const),
        items: fc.integer({ min: 0, max: 3 }),
        concurrency: fc.integer({ min: 1, max: 3 }),
        steps: fc.oneof(tie('steps'), fc.constant([refused])),
        goesOn: fc.constant(true),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('repeat' as const), turns: fc.integer({ min: 1, max: 3 }), steps: tie('steps') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('parallel' as const),
        branches: fc.array(tie('steps'), { minLength: 1, maxLength: 3 }),
        goesOn: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('switch' as const),
        chosen: fc.constantFrom('a' as const, 'b' as const, 'c' as const),
        steps: tie('steps'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('chain' as const), steps: tie('steps') }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('handled' as const),
        step: fc.oneof(fc.constant(refused), tie('node')),
        steps: tie('steps'),
      }),
    },
  ),
})).steps;

/** The files of the chain: `chain.yaml`, and one for each sub-chain. */
export function filesOf(nodes: readonly Node[], commit: 'each_step' | 'on_success'): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  let number = 0;
  const next = () => {
    number += 1;
    return number;
  };
  const top = `model: openai/gpt-4o-mini\nallow_empty: true\nmemory: { commit: ${commit} }\n`;
  const list = (steps: readonly Node[], where: string) => steps.map((node) => stepOf(node, where));
  /** JSON is YAML. `where` makes the text of a prompt another one for each item and turn. */
  const stepOf = (node: Node, where: string): unknown => {
    switch (node.kind) {
      case 'prompt':
        return {
          prompt: `${node.answer === 'ok' ? 'OK' : node.answer === 'refused' ? 'NO' : 'BUSY'}${next()}${where} {input}`,
          retry: { attempts: 3, on: ['rate_limit'] },
        };
      case 'set':
        return { set: { n: next() } };
      case 'skipped':
        return { prompt: `SKIPPED${next()} {input}`, if: 'size(input) < 0' };
      case 'remember':
        return { remember: { log: { append: `m${next()}` } } };
      case 'foreach':
        return {
          foreach: Array.from({ length: node.items }, (_, index) => `i${index}`),
          concurrency: node.concurrency,
          on_error: node.goesOn ? 'continue' : 'stop',
          steps: list(node.steps, `${where}.{index}`),
        };
      case 'repeat':
        return { repeat: { max: node.turns }, steps: list(node.steps, `${where}.{loop.turn}`) };
      case 'parallel': {
        const branches = node.branches.map((branch, index) => [`b${index}`, list(branch, where)]);
        return { on_error: node.goesOn ? 'continue' : 'stop', parallel: Object.fromEntries(branches) };
      }
      case 'switch':
        return {
          switch: `"${node.chosen}"`,
          cases: { a: list(node.steps, where), b: [{ prompt: `OK${next()}${where} {input}` }] },
          default: [{ prompt: `OK${next()}${where} {input}` }],
        };
      case 'chain': {
        const name = `sub${next()}.yaml`;
        files[name] = `${top}inputs: { at: { type: string } }\nsteps: ${JSON.stringify(list(node.steps, '{inputs.at}'))}\n`;
        return { chain: `./${name}`, with: { at: where === '' ? '@' : where } };
      }
      case 'handled': {
        const step = stepOf(node.step, where) as object;
        return { steps: [step], on_error: list(node.steps, where) };
      }
    }
  };
  files['chain.yaml'] = `${top}steps: ${JSON.stringify(list(nodes, ''))}\n`;
  return files;
}
