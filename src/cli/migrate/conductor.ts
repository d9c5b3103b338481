import { isMap, type Pair, YAMLMap } from 'yaml';
import { readNodes, resolverOf, type Writer } from './conductor-nodes.ts';
import { stepsFrom, wayFrom } from './conductor-routes.ts';
import { type Draft, dataOf, idOf, pairOf, textAt, valueAt } from './draft.ts';
import { convertTemplate } from './jinja.ts';
import { modelId } from './model-id.ts';

/** A workflow of conductor: agents become steps in the order its routes lead through, a route back becomes `repeat`. */
export function fromConductor(draft: Draft): void {
  const { source, root, put, todo } = draft;
  const workflow = pairOf(source, 'workflow')?.value;
  put(root, 'version', 1);
  put(root, 'name', textAt(workflow, 'name'), pairOf(workflow, 'name'));
  put(root, 'description', textAt(workflow, 'description'), pairOf(workflow, 'description'));
  const known = readNodes(draft);
  putInputs(draft, workflow);
  putModel(draft, workflow);
  const servers = putServers(draft, workflow);
  for (const key of ['hooks', 'context', 'cost', 'instructions', 'metadata', 'context_mode']) {
    const pair = pairOf(workflow, key);
    if (pair !== undefined) todo(root, `"${key}" has no counterpart in a chain`, pair);
  }
  const seconds = valueAt(pairOf(workflow, 'limits')?.value, 'timeout_seconds');
  if (typeof seconds === 'number') put(root, 'limits', { time: `${seconds}s` }, pairOf(workflow, 'limits'));
  const writer: Writer = {
    draft,
    known,
    way: wayFrom(known, textAt(workflow, 'entry_point') ?? ''),
    servers,
    turns: Number(valueAt(pairOf(workflow, 'limits')?.value, 'max_iterations') ?? 10),
  };
  put(root, 'steps', stepsFrom(writer));
  putOutput(writer);
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['array', 'list'],
  ['object', 'map'],
]);

function putInputs({ put, root }: Draft, workflow: unknown): void {
  const pair = pairOf(workflow, 'input');
  if (!isMap(pair?.value)) return;
  const inputs = new YAMLMap();
  for (const item of pair.value.items as Pair[]) {
    const input = new YAMLMap();
    const type = textAt(item.value, 'type') ?? 'string';
    const given = valueAt(item.value, 'default');
    put(input, 'type', TYPES.get(type) ?? type, pairOf(item.value, 'type'));
    put(
      input,
      'required',
      given === undefined && valueAt(item.value, 'required') !== false ? true : undefined,
      pairOf(item.value, 'required'),
    );
    put(input, 'default', given, pairOf(item.value, 'default'));
    put(input, 'description', textAt(item.value, 'description'), pairOf(item.value, 'description'));
    put(inputs, String(dataOf(item.key)), input, item);
  }
  put(root, 'inputs', inputs, pair);
}

function putModel({ put, todo, root }: Draft, workflow: unknown): void {
  const pair = pairOf(workflow, 'runtime');
  const provider = textAt(pair?.value, 'provider');
  const model = textAt(pair?.value, 'default_model');
  if (provider === 'copilot' || provider === undefined)
    todo(root, 'models came from GitHub Copilot; a chain asks their own providers, each with its key', pair);
  if (model === undefined) return;
  const id = modelId(provider, model);
  if (id === undefined) {
    todo(root, `choose a model; it was ${model}`, pair);
    return;
  }
  const params = { temperature: valueAt(pair?.value, 'temperature'), max_tokens: valueAt(pair?.value, 'max_tokens') };
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length > 0) put(root, 'models', { main: { model: id, ...given } });
  put(root, 'model', Object.keys(given).length > 0 ? 'main' : id, pair);
}

function putServers({ put, root }: Draft, workflow: unknown): readonly string[] {
  const pair = pairOf(pairOf(workflow, 'runtime')?.value, 'mcp_servers');
  if (!isMap(pair?.value)) return [];
  const servers = new YAMLMap();
  for (const item of pair.value.items as Pair[]) {
    const server = new YAMLMap();
    for (const key of ['type', 'command', 'args', 'url', 'env', 'headers']) {
      const value = valueAt(item.value, key);
      if (!(key === 'type' && value === 'stdio')) put(server, key, value, pairOf(item.value, key));
    }
    const tools = valueAt(item.value, 'tools');
    if (Array.isArray(tools) && !tools.includes('*')) put(server, 'tools', tools, pairOf(item.value, 'tools'));
    const timeout = valueAt(item.value, 'timeout');
    put(server, 'timeout', typeof timeout === 'number' ? `${timeout}ms` : undefined, pairOf(item.value, 'timeout'));
    put(servers, idOf(String(dataOf(item.key))), server, item);
  }
  put(root, 'mcp', servers, pair);
  return servers.items.map(({ key }) => `${String(dataOf(key))}.*`);
}

function putOutput(writer: Writer): void {
  const { draft } = writer;
  const pair = pairOf(draft.source, 'output');
  if (!isMap(pair?.value)) return;
  const output = new YAMLMap();
  for (const item of pair.value.items as Pair[]) {
    const { text, left } = convertTemplate(String(dataOf(item.value)), resolverOf(writer, undefined));
    for (const expression of left) draft.todo(output, `${expression} is Jinja that a chain does not have`, item);
    draft.put(output, String(dataOf(item.key)), text, item);
  }
  draft.put(draft.root, 'output', output, pair);
}
