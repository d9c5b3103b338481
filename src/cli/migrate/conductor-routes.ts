import { YAMLMap, YAMLSeq } from 'yaml';
import { resolverOf, type WorkNode, type Writer } from './conductor-nodes.ts';
import { stepOf } from './conductor-step.ts';
import { mapsAt, textAt, valueAt } from './draft.ts';
import { convertCondition } from './jinja.ts';

interface Placed {
  readonly name: string;
  readonly step: YAMLMap;
}

/** The way of the routes without a condition, from the entry on. What is off that way is told, and put at the end. */
export function stepsFrom(writer: Writer): YAMLSeq {
  const { known, way: onTheWay } = writer;
  const placed: Placed[] = [];
  const inGroups = new Set(
    [...known.values()].flatMap(({ kind, map }) => (kind === 'parallel' ? ((valueAt(map, 'agents') as string[]) ?? []) : [])),
  );
  for (const name of onTheWay) {
    const node = known.get(name);
    if (node === undefined) continue;
    placed.push({ name, step: stepOf(writer, node) });
    followRoutes(writer, node, placed, onTheWay);
  }
  for (const [name, node] of known) {
    if (onTheWay.includes(name) || inGroups.has(name)) continue;
    const step = stepOf(writer, node, `only some routes lead to "${name}": put it where it belongs, with if: a condition`);
    placed.push({ name, step });
  }
  const steps = new YAMLSeq();
  for (const { step } of placed) steps.add(step);
  return steps;
}

export function wayFrom(known: Writer['known'], entry: string): readonly string[] {
  const way: string[] = [];
  let name: string | undefined = entry;
  while (name !== undefined && known.has(name) && !way.includes(name)) {
    way.push(name);
    const routes = routesOf(known.get(name));
    const forward = routes.filter(({ to }) => !way.includes(to) && to !== 'self');
    name = (forward.find(({ when }) => when === undefined) ?? forward[0])?.to;
  }
  return way;
}

interface Route {
  readonly to: string;
  readonly when?: string;
  readonly map: YAMLMap;
}

function routesOf(node: WorkNode | undefined): readonly Route[] {
  if (node === undefined) return [];
  const options = mapsAt(node.map, 'options').map((map) => ({ to: textAt(map, 'route') ?? '', map }));
  const routes = mapsAt(node.map, 'routes').map((map) => {
    const when = textAt(map, 'when');
    return { to: textAt(map, 'to') ?? '', map, ...(when === undefined ? {} : { when }) };
  });
  return [...routes, ...options];
}

/** A route back makes a loop of the steps since; any other with a condition is told. */
function followRoutes(writer: Writer, node: WorkNode, placed: Placed[], way: readonly string[]): void {
  const { draft } = writer;
  const name = placed.at(-1)?.name;
  const routes = routesOf(node);
  for (const [index, { to, when, map }] of routes.entries()) {
    const first = to === 'self' ? placed.length - 1 : placed.findIndex((each) => each.name === to);
    if (first !== -1) {
      const out = routes.slice(0, index).find((other) => other.when !== undefined);
      loop(writer, placed, {
        first,
        ...(when === undefined ? {} : { again: when }),
        ...(out?.when === undefined ? {} : { until: out.when }),
        map,
        node,
      });
      return;
    }
    const next = way[way.indexOf(name ?? '') + 1];
    if (when === undefined || to === next || leadsBack(routes, placed)) continue;
    const condition = convertCondition(when, resolverOf(writer, node)) ?? when;
    const last = placed.at(-1)?.step ?? draft.root;
    draft.todo(last, `from here "${to}" followed when ${condition}: say it with if: or switch:`, map);
  }
}

function leadsBack(routes: readonly Route[], placed: readonly Placed[]): boolean {
  return routes.some(({ to }) => to === 'self' || placed.some(({ name }) => name === to));
}

interface Loop {
  readonly first: number;
  readonly again?: string;
  readonly until?: string;
  readonly map: YAMLMap;
  readonly node: WorkNode;
}

function loop(writer: Writer, placed: Placed[], { first, again, until, map, node }: Loop): void {
  const { draft, turns } = writer;
  const inside = placed.splice(first);
  const group = new YAMLMap();
  const resolve = resolverOf(writer, node);
  const stay = again === undefined ? undefined : convertCondition(again, resolve);
  const leave = until === undefined ? undefined : convertCondition(until, resolve);
  const condition = leave ?? (stay === undefined ? undefined : `!(${stay})`);
  if (condition === undefined) draft.todo(group, `the loop ended by ${until ?? again ?? 'its limit'}: say it with until:`, map);
  draft.put(group, 'repeat', { max: turns, ...(condition === undefined ? {} : { until: condition }), on_max: 'continue' });
  const steps = new YAMLSeq();
  for (const { step } of inside) steps.add(step);
  draft.put(group, 'steps', steps);
  placed.push({ name: inside[0]?.name ?? '', step: group });
}
