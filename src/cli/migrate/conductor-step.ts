import { isMap, isSeq, YAMLMap } from 'yaml';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { resolverOf, type WorkNode, type Writer } from './conductor-nodes.ts';
import { type Draft, dataOf, idOf, mapsAt, pairOf, textAt, valueAt } from './draft.ts';
import { convertTemplate, type Resolve } from './jinja.ts';
import { modelId } from './model-id.ts';
import { fieldsIn } from './schema-fields.ts';

/** The step of a node; `lead` is said of all of it. */
export function stepOf(writer: Writer, node: WorkNode, lead?: string): YAMLMap {
  const { draft, known } = writer;
  const { put, todo } = draft;
  const step = new YAMLMap();
  step.commentBefore = node.map.commentBefore ?? null;
  if (lead !== undefined) todo(step, lead, node.map);
  put(step, 'id', node.id, pairOf(node.map, 'name'));
  put(step, 'description', textAt(node.map, 'description'), pairOf(node.map, 'description'));
  if (node.kind === 'parallel') {
    const branches = new YAMLMap();
    for (const name of (valueAt(node.map, 'agents') as string[]) ?? []) {
      const agent = known.get(name);
      if (agent === undefined) continue;
      const branch = new YAMLMap();
      putWork(writer, branch, agent.map, resolverOf(writer, agent));
      put(branches, agent.id, branch);
    }
    put(step, 'parallel', branches, pairOf(node.map, 'agents'));
    putFailure(draft, step, node.map);
  } else if (node.kind === 'for_each') {
    const as = textAt(node.map, 'as') ?? 'item';
    const source = textAt(node.map, 'source') ?? '';
    const list = resolverOf(writer, node)(source.split('.'));
    if (list === undefined) todo(step, `name the list that was ${source}`, pairOf(node.map, 'source'));
    put(step, 'foreach', list ?? '[]', pairOf(node.map, 'source'));
    put(step, 'concurrency', valueAt(node.map, 'max_concurrent') ?? 10, pairOf(node.map, 'max_concurrent'));
    putFailure(draft, step, node.map);
    const agent = pairOf(node.map, 'agent')?.value;
    if (isMap(agent)) putWork(writer, step, agent, resolverOf(writer, node, as));
  } else putWork(writer, step, node.map, resolverOf(writer, node));
  return step;
}

function putFailure({ put, todo }: Draft, step: YAMLMap, map: YAMLMap): void {
  const mode = textAt(map, 'failure_mode');
  if (mode === 'all_or_nothing')
    todo(
      step,
      'all of it ran before one failure failed it; here the first failure stops the others',
      pairOf(map, 'failure_mode'),
    );
  put(step, 'on_error', mode === 'continue_on_error' ? 'continue' : undefined, pairOf(map, 'failure_mode'));
}

/** The keys of the work itself: a prompt, a command, a question or another workflow. */
function putWork(writer: Writer, step: YAMLMap, agent: YAMLMap, resolve: Resolve): void {
  const { draft, servers } = writer;
  const { put, todo } = draft;
  const template = (key: string, value = textAt(agent, key)): string | undefined => {
    const pair = pairOf(agent, key);
    if (value === undefined) return undefined;
    const { text, left } = convertTemplate(value, resolve);
    for (const expression of left) todo(step, `${expression} in "${key}" is Jinja that a chain does not have`, pair);
    return text;
  };
  const type = textAt(agent, 'type') ?? 'agent';
  if (type === 'script') {
    putScript(draft, step, agent, template);
    return;
  }
  if (type === 'human_gate') {
    const options = mapsAt(agent, 'options').map((option) => textAt(option, 'label') ?? textAt(option, 'value') ?? '');
    if (options.length > 0)
      todo(step, `a person could choose: ${options.join(', ')}; here the answer is yes or no`, pairOf(agent, 'options'));
    put(step, 'approve', template('prompt') ?? 'Go on?', pairOf(agent, 'prompt'));
    return;
  }
  if (type !== 'agent') {
    todo(step, `a step of type "${type}": migrate what it names too`, agent);
    put(step, 'chain', `./${idOf(textAt(agent, 'name') ?? type)}.yaml`);
    return;
  }
  put(step, 'prompt', promptOf(agent, 'prompt') ?? template('prompt') ?? '{input}', pairOf(agent, 'prompt'));
  const system = promptOf(agent, 'system_prompt');
  if (system !== undefined)
    todo(step, `put the text of ${system.file} here: a system text is no file`, pairOf(agent, 'system_prompt'));
  put(step, 'system', template('system_prompt'), pairOf(agent, 'system_prompt'));
  const model = textAt(agent, 'model');
  const id = model === undefined ? undefined : modelId(textAt(agent, 'provider'), model);
  if (model !== undefined && id === undefined) todo(step, `choose a model; it was ${model}`, pairOf(agent, 'model'));
  put(step, 'model', id, pairOf(agent, 'model'));
  const tools = valueAt(agent, 'tools');
  if (Array.isArray(tools) && tools.length > 0) put(step, 'tools', tools.map(String), pairOf(agent, 'tools'));
  else if (!Array.isArray(tools) && servers.length > 0) put(step, 'tools', servers);
  if (step.has('tools')) put(step, 'max_steps', valueAt(agent, 'max_agent_iterations'), pairOf(agent, 'max_agent_iterations'));
  const seconds = valueAt(agent, 'max_session_seconds');
  put(step, 'timeout', typeof seconds === 'number' ? `${seconds}s` : undefined, pairOf(agent, 'max_session_seconds'));
  const output = valueAt(agent, 'output');
  const fields = isJsonObject(output) ? fieldsIn(output as JsonObject, () => true) : undefined;
  if (output !== undefined && fields === undefined)
    todo(step, 'describe the answer with "fields": its schema has more than those can say', pairOf(agent, 'output'));
  put(step, 'fields', fields, pairOf(agent, 'output'));
}

/** `prompt: !file prompts/x.md`. */
function promptOf(agent: YAMLMap, key: string): { readonly file: string } | undefined {
  const node = pairOf(agent, key)?.value as { tag?: string; value?: unknown } | undefined;
  return node?.tag === '!file' && typeof node.value === 'string' ? { file: node.value } : undefined;
}

/** Arguments with values in them reach the script as variables: they never become part of it. */
function putScript(
  { put, todo }: Draft,
  step: YAMLMap,
  agent: YAMLMap,
  template: (key: string, value?: string) => string | undefined,
): void {
  const env: Record<string, string> = {};
  const args = pairOf(agent, 'args')?.value;
  const words = [textAt(agent, 'command') ?? 'true', ...(isSeq(args) ? args.items.map((item) => String(dataOf(item))) : [])].map(
    (word, index) => {
      if (!word.includes('{{')) return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
      env[`ARG_${index}`] = template('args', word) ?? '';
      return `"$ARG_${index}"`;
    },
  );
  put(step, 'run', words.join(' '), pairOf(agent, 'command'));
  const given = valueAt(agent, 'env');
  for (const [name, value] of isJsonObject(given) ? Object.entries(given) : []) env[name] = template('env', String(value)) ?? '';
  if (Object.keys(env).length > 0) put(step, 'env', env, pairOf(agent, 'env'));
  const folder = textAt(agent, 'working_dir');
  if (folder?.includes('{{') === true)
    todo(step, 'the folder of a command is fixed: cwd takes no placeholders', pairOf(agent, 'working_dir'));
  else put(step, 'cwd', folder, pairOf(agent, 'working_dir'));
  const seconds = valueAt(agent, 'timeout');
  put(step, 'timeout', typeof seconds === 'number' ? `${seconds}s` : undefined, pairOf(agent, 'timeout'));
}
