import { isMap, isScalar, isSeq, type Node, type Pair, YAMLMap, YAMLSeq } from 'yaml';
import { type Draft, dataOf, idOf, pairOf, textAt, valueAt } from './draft.ts';
import { modelId } from './model-id.ts';

/** A chain of the original PromptChain: the arguments of its constructor as JSON, or a file of `promptchain chain create`. */
export function fromOriginal(draft: Draft): void {
  if (pairOf(draft.source, 'instructions') === undefined) fromStored(draft);
  else fromConstructor(draft);
}

function fromConstructor({ source, root, put, todo, ...draft }: Draft): void {
  put(root, 'version', 1);
  put(root, 'name', textAt(source, 'name'), pairOf(source, 'name'));
  put(root, 'description', textAt(source, 'description'), pairOf(source, 'description'));
  putModels({ source, root, put, todo, ...draft });
  put(root, 'mcp_servers', servers(valueAt(source, 'mcp_servers')), pairOf(source, 'mcp_servers'));
  put(root, 'prompt_dirs', valueAt(source, 'additional_prompt_dirs'), pairOf(source, 'additional_prompt_dirs'));
  for (const key of ['chainbreakers', 'model_management', 'hijacker_config', 'enable_mcp_hijacker']) {
    const pair = pairOf(source, key);
    const value = valueAt(source, key);
    const isEmpty = value === false || value === null || value === 'None' || (Array.isArray(value) && value.length === 0);
    if (pair === undefined || isEmpty) continue;
    const help =
      key === 'chainbreakers' ? 'write each as a step: stop: a reason, with if: a condition' : 'it has no counterpart in a chain';
    todo(root, `"${key}": ${help}`, pair);
  }
  const history = valueAt(source, 'full_history') === true;
  const list = pairOf(source, 'instructions');
  const steps = new YAMLSeq();
  const items = isSeq(list?.value) ? list.value.items : [];
  for (const item of items) steps.add(instruction({ source, root, put, todo, ...draft }, item as Node, history));
  put(root, 'steps', steps, list);
}

function putModels({ source, root, put, todo }: Draft): void {
  const pair = pairOf(source, 'models');
  const models = valueAt(source, 'models');
  if (!Array.isArray(models) || models.length === 0) return;
  const list = models.map((model) => {
    const name = typeof model === 'object' && model !== null ? String((model as { name?: unknown }).name ?? '') : String(model);
    const params =
      typeof model === 'object' && model !== null ? (model as { params?: Record<string, unknown> }).params : undefined;
    const id = modelId(undefined, name);
    if (id === undefined) todo(root, `choose a model; it was "${name}"`, pair);
    const known = id ?? 'auto';
    const { known: kept, left } = paramsOf(params ?? {});
    if (left.length > 0) todo(root, `${left.join(', ')} of "${name}": no parameter of a model here`, pair);
    return Object.keys(kept).length === 0 ? known : { model: known, ...kept };
  });
  const [only] = list;
  if (list.every((model) => typeof model === 'string')) put(root, 'models', list, pair);
  else if (list.length === 1) {
    put(root, 'models', { main: only }, pair);
    put(root, 'model', 'main');
  } else put(root, 'models', list, pair);
}

const PARAMS = new Set(['temperature', 'max_tokens', 'top_p', 'top_k', 'seed', 'stop', 'reasoning_effort']);

function paramsOf(params: Record<string, unknown>): {
  readonly known: Record<string, unknown>;
  readonly left: readonly string[];
} {
  const entries = Object.entries(params);
  return {
    known: Object.fromEntries(entries.filter(([key]) => PARAMS.has(key))),
    left: entries.flatMap(([key]) => (PARAMS.has(key) ? [] : [key])),
  };
}

/** Python's `None` is a text for YAML. */
function servers(value: unknown): unknown {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

/** `mcp_fs_read_file` of the server `fs` is `fs.read_file` here. */
function toolNames(source: YAMLMap, tools: unknown): unknown {
  if (!Array.isArray(tools)) return undefined;
  const given = valueAt(source, 'mcp_servers');
  const ids = Array.isArray(given) ? given.map((server) => String((server as { id?: unknown } | null)?.id)) : [];
  return tools.map((tool) => {
    const id = ids.find((each) => String(tool).startsWith(`mcp_${each}_`));
    return id === undefined ? tool : `${id}.${String(tool).slice(id.length + 5)}`;
  });
}

/** A text, a function's name, an agent, or any of them in a list with the names of its tools. */
function instruction(draft: Draft, item: Node, history: boolean): Node {
  const { put, todo } = draft;
  const step = new YAMLMap();
  const [first, tools] =
    isSeq(item) && item.items.length === 2 ? [item.items[0] as Node, dataOf(item.items[1])] : [item, undefined];
  if (isScalar(first)) {
    putText(draft, step, String(first.value ?? ''), first);
    if (step.has('prompt') && history) put(step, 'history', 'full');
    put(step, 'tools', toolNames(draft.source, tools));
    return step;
  }
  const objective = textAt(first, 'objective');
  if (objective !== undefined) {
    put(step, 'objective', objective, pairOf(first, 'objective'));
    put(
      step,
      'max_steps',
      valueAt(first, 'max_internal_steps') ?? valueAt(first, 'max_steps'),
      pairOf(first, 'max_internal_steps'),
    );
    putModel(draft, step, first, 'model_name');
    const mode = textAt(first, 'history_mode');
    put(step, 'history', mode === 'kitchen_sink' ? 'progressive' : mode, pairOf(first, 'history_mode'));
    put(step, 'tools', toolNames(draft.source, tools ?? valueAt(first, 'tools')), pairOf(first, 'tools'));
    return step;
  }
  const name = textAt(first, 'function') ?? textAt(first, 'function_name');
  if (name !== undefined) {
    todo(step, `write "${name}" as a function of JavaScript, or as a command: run: python3 …`, first);
    put(step, 'function', `./functions.mjs#${name}`);
    return step;
  }
  const text = textAt(first, 'prompt') ?? textAt(first, 'content');
  if (text === undefined) todo(step, 'this instruction is of no kind that is known', first);
  putText(draft, step, text ?? '{input}', first);
  return step;
}

function putText({ put, todo }: Draft, step: YAMLMap, text: string, from: Node): void {
  const chain = /^chain:([\w.-]+)(?::(.+))?$/.exec(text);
  if (chain !== null) {
    todo(step, `migrate the chain "${chain[1]}" too`, from);
    put(step, 'chain', `./${chain[1]}.yaml`);
    return;
  }
  const named = /^([\w-]+)(?::([\w-]+))?$/.exec(text);
  const comment = { key: from, value: from } as unknown as Pair;
  if (named === null) put(step, 'prompt', text, comment);
  else {
    put(step, 'prompt', { id: named[1] }, comment);
    put(step, 'strategy', named[2]);
  }
}

function putModel({ put, todo }: Draft, step: YAMLMap, from: unknown, key: string): void {
  const name = textAt(from, key);
  if (name === undefined || name === 'None') return;
  const id = modelId(undefined, name);
  if (id === undefined) todo(step, `choose a model; it was "${name}"`, pairOf(from, key));
  put(step, 'model', id, pairOf(from, key));
}

function fromStored(draft: Draft): void {
  const { source, root, put } = draft;
  put(root, 'version', 1);
  put(root, 'name', textAt(source, 'model') ?? textAt(source, 'name'), pairOf(source, 'model'));
  put(root, 'description', textAt(source, 'description'), pairOf(source, 'description'));
  putModel(draft, root, source, 'llm_model');
  const rules = pairOf(source, 'guardrails')?.value;
  const ask = valueAt(rules, 'require_approval_for');
  if (Array.isArray(ask) && ask.length > 0) put(root, 'permissions', { ask }, pairOf(rules, 'require_approval_for'));
  const time = valueAt(rules, 'timeout_seconds');
  if (typeof time === 'number') put(root, 'limits', { time: `${time}s` }, pairOf(rules, 'timeout_seconds'));
  const steps = new YAMLSeq();
  const list = pairOf(source, 'steps');
  const ids = new Map<string, string>();
  for (const item of isSeq(list?.value) ? list.value.items : []) {
    if (isMap(item)) steps.add(storedStep(draft, item, ids));
  }
  put(root, 'steps', steps, list);
}

function storedStep(draft: Draft, from: YAMLMap, ids: Map<string, string>): YAMLMap {
  const { put, todo } = draft;
  const step = new YAMLMap();
  const name = textAt(from, 'id') ?? '';
  const id = idOf(name, new Set(ids.values()));
  put(step, 'id', id, pairOf(from, 'id'));
  put(step, 'description', textAt(from, 'description'), pairOf(from, 'description'));
  const fill = (text: string): string =>
    text.replaceAll(/\{step_([\w-]+?)_output\}/g, (whole, read: string) =>
      ids.has(read) ? `{steps.${ids.get(read)}.output}` : whole,
    );
  const [prompt, objective, content] = [textAt(from, 'prompt_id'), textAt(from, 'objective'), textAt(from, 'content')];
  const [chain, name_] = [textAt(from, 'chain_id'), textAt(from, 'function_name')];
  if (chain !== undefined) {
    todo(step, `migrate the chain "${chain}" too`, pairOf(from, 'chain_id'));
    put(step, 'chain', `./${chain.split(':')[0]}.yaml`, pairOf(from, 'chain_id'));
  } else if (name_ !== undefined) {
    todo(step, `write "${name_}" as a function of JavaScript, or as a command: run: python3 …`, pairOf(from, 'function_name'));
    put(step, 'function', `./functions.mjs#${name_}`, pairOf(from, 'function_name'));
  } else if (objective !== undefined) {
    put(step, 'objective', fill(objective), pairOf(from, 'objective'));
    put(step, 'max_steps', valueAt(from, 'max_steps'), pairOf(from, 'max_steps'));
  } else if (prompt !== undefined) putText(draft, step, prompt, pairOf(from, 'prompt_id')?.value as Node);
  else put(step, 'prompt', fill(content ?? '{input}'), pairOf(from, 'content'));
  put(step, 'strategy', textAt(from, 'strategy'), pairOf(from, 'strategy'));
  const tools = valueAt(from, 'tools');
  if (Array.isArray(tools) && tools.length > 0) put(step, 'tools', tools, pairOf(from, 'tools'));
  ids.set(name, id);
  return step;
}
