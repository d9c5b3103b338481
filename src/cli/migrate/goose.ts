import { isMap, type Node, type Pair, YAMLMap, YAMLSeq } from 'yaml';
import { type Draft, idOf, mapsAt, pairOf, textAt, valueAt } from './draft.ts';
import { type Converted, convertTemplate, type Resolve } from './jinja.ts';
import { modelId } from './model-id.ts';
import { fieldsOf } from './schema-fields.ts';

/** A recipe of goose: instructions become the system text, the prompt the task of an agent with the recipe's extensions. */
export function fromGoose(draft: Draft): void {
  const nested = pairOf(draft.source, 'recipe')?.value;
  const recipe = isMap(nested) ? nested : draft.source;
  const { root, put, todo } = draft;
  put(root, 'version', 1);
  put(root, 'name', textAt(recipe, 'title'), pairOf(recipe, 'title'));
  put(root, 'description', textAt(recipe, 'description'), pairOf(recipe, 'description'));
  const names = putInputs(draft, recipe);
  putModel(draft, recipe);
  const servers = putServers(draft, recipe);
  for (const key of IGNORED) {
    const pair = pairOf(recipe, key);
    if (pair !== undefined) todo(root, `"${key}" has no counterpart in a chain`, pair);
  }
  for (const sub of mapsAt(recipe, 'sub_recipes')) {
    const [name = '', path = ''] = [textAt(sub, 'name'), textAt(sub, 'path')];
    todo(
      root,
      `the sub-recipe "${name}" (${path}): migrate it too and make it a tool, tools: { ${idOf(name)}: { description: …, chain: ./… } }`,
      sub,
    );
  }
  const steps = new YAMLSeq();
  steps.add(stepOf(draft, recipe, { names, servers }));
  put(root, 'steps', steps);
}

const IGNORED = ['activities', 'author', 'retry', 'context'];

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  ['select', 'choice'],
  ['date', 'string'],
  ['file', 'string'],
]);

/** The name here of every parameter. */
function putInputs({ put, todo, root }: Draft, recipe: YAMLMap): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const inputs = new YAMLMap();
  for (const parameter of mapsAt(recipe, 'parameters')) {
    const key = textAt(parameter, 'key') ?? '';
    const name = /^[A-Za-z_]\w*$/.test(key) ? key : idOf(key, new Set(names.values()));
    names.set(key, name);
    const kind = textAt(parameter, 'input_type') ?? 'string';
    const type = TYPES.get(kind);
    const input = new YAMLMap();
    if (type === undefined) todo(input, `an input of type "${kind}" is read as text`, parameter);
    if (kind === 'file') todo(input, `give the contents of a file with --var-file ${name}=path`, parameter);
    put(input, 'type', type ?? 'string', pairOf(parameter, 'input_type'));
    const given = textAt(parameter, 'default') ?? valueAt(parameter, 'default');
    if (given === undefined && textAt(parameter, 'requirement') !== 'optional')
      put(input, 'required', true, pairOf(parameter, 'requirement'));
    put(input, 'options', valueAt(parameter, 'options'), pairOf(parameter, 'options'));
    put(input, 'default', typed(given, type), pairOf(parameter, 'default'));
    put(input, 'description', textAt(parameter, 'description'), pairOf(parameter, 'description'));
    put(inputs, name, input, { key: parameter, value: undefined } as unknown as Pair);
  }
  if (inputs.items.length > 0) put(root, 'inputs', inputs, pairOf(recipe, 'parameters'));
  return names;
}

/** Defaults are texts there whatever the type. */
function typed(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'number' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  return type === 'boolean' && /^(?:true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value;
}

function putModel({ put, todo, root }: Draft, recipe: YAMLMap): void {
  const pair = pairOf(recipe, 'settings');
  const model = textAt(pair?.value, 'goose_model');
  if (model === undefined) return;
  const id = modelId(textAt(pair?.value, 'goose_provider'), model);
  if (id === undefined) todo(root, `choose a model; it was ${textAt(pair?.value, 'goose_provider') ?? ''} ${model}`, pair);
  else put(root, 'model', id, pair);
}

/** The patterns of tools that a step gets. */
function putServers({ put, todo, root }: Draft, recipe: YAMLMap): readonly string[] {
  const servers = new YAMLMap();
  const patterns: string[] = [];
  for (const extension of mapsAt(recipe, 'extensions')) {
    const type = textAt(extension, 'type') ?? '';
    const name = idOf(textAt(extension, 'name') ?? 'server', new Set(servers.items.map(({ key }) => String(key))));
    if (!['stdio', 'streamable_http', 'sse'].includes(type)) {
      todo(
        root,
        `the ${type} extension "${name}" is part of goose: name an MCP server or a built-in tool that does the same`,
        extension,
      );
      continue;
    }
    const server = new YAMLMap();
    if (type === 'sse') put(server, 'type', 'sse');
    put(server, 'command', textAt(extension, 'cmd'), pairOf(extension, 'cmd'));
    put(server, 'args', valueAt(extension, 'args'), pairOf(extension, 'args'));
    put(server, 'url', textAt(extension, 'uri') ?? textAt(extension, 'url'), pairOf(extension, 'uri'));
    put(server, 'env', environment(extension), pairOf(extension, 'env_keys'));
    put(server, 'headers', valueAt(extension, 'headers'), pairOf(extension, 'headers'));
    put(server, 'tools', valueAt(extension, 'available_tools'), pairOf(extension, 'available_tools'));
    const timeout = valueAt(extension, 'timeout');
    put(server, 'timeout', typeof timeout === 'number' ? `${timeout}s` : undefined, pairOf(extension, 'timeout'));
    put(server, 'description', textAt(extension, 'description'), pairOf(extension, 'description'));
    put(servers, name, server, { key: extension, value: undefined } as unknown as Pair);
    patterns.push(`${name}.*`);
  }
  if (patterns.length > 0) put(root, 'mcp', servers, pairOf(recipe, 'extensions'));
  return patterns;
}

function environment(extension: YAMLMap): Record<string, string> | undefined {
  const keys = valueAt(extension, 'env_keys');
  const given = valueAt(extension, 'envs');
  const names = Array.isArray(keys) ? keys.map(String) : [];
  const env = {
    ...(typeof given === 'object' ? (given as Record<string, string>) : {}),
    ...Object.fromEntries(names.map((name) => [name, `\${${name}}`])),
  };
  return Object.keys(env).length === 0 ? undefined : env;
}

interface Known {
  readonly names: ReadonlyMap<string, string>;
  readonly servers: readonly string[];
}

function stepOf(draft: Draft, recipe: YAMLMap, { names, servers }: Known): Node {
  const { put, todo } = draft;
  const step = new YAMLMap();
  const resolve: Resolve = ([name = '', ...rest]) =>
    names.has(name) ? ['inputs', names.get(name), ...rest].join('.') : undefined;
  const convert = (key: string): string | undefined => {
    const written = textAt(recipe, key);
    if (written === undefined) return undefined;
    const { text, left }: Converted = convertTemplate(written, resolve);
    for (const expression of left)
      todo(step, `${expression} in "${key}" is Jinja that a chain does not have`, pairOf(recipe, key));
    return text;
  };
  const [instructions, task] = [convert('instructions'), convert('prompt')];
  put(step, 'id', 'answer');
  put(
    step,
    servers.length > 0 ? 'objective' : 'prompt',
    task ?? instructions ?? '{input}',
    pairOf(recipe, task === undefined ? 'instructions' : 'prompt'),
  );
  if (task !== undefined) put(step, 'system', instructions, pairOf(recipe, 'instructions'));
  if (servers.length > 0) put(step, 'tools', servers);
  const settings = pairOf(recipe, 'settings')?.value;
  if (servers.length > 0) put(step, 'max_steps', valueAt(settings, 'max_turns'), pairOf(settings, 'max_turns'));
  put(step, 'temperature', valueAt(settings, 'temperature'), pairOf(settings, 'temperature'));
  const schema = pairOf(pairOf(recipe, 'response')?.value, 'json_schema');
  const written = valueAt(pairOf(recipe, 'response')?.value, 'json_schema');
  const fields = fieldsOf(written);
  if (fields === undefined) put(step, 'schema', written, schema);
  else put(step, 'fields', fields, schema);
  return step;
}
