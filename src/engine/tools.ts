import { ToolError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import type { ModelSpec } from '../core/model.ts';
import type { Tool, ToolCallContext, ToolResult, ToolScope, ToolSpec } from '../core/tool.ts';
import { matches } from '../lib/glob.ts';
import { nearest } from '../lib/nearest.ts';
import { wireName } from '../lib/wire-name.ts';
import type { Place } from './context.ts';
import { openMetered } from './metered.ts';
import { scopeOf } from './state.ts';

/** The tools that patterns name: those the chain declares, then those of the toolbox. A pattern that names none is an error. */
export async function* openTools(place: Place, patterns: readonly string[]): AsyncGenerator<StepEvent, readonly Tool[]> {
  if (patterns.length === 0) return [];
  const { options, state, signal } = place.frame;
  const declared = Object.values(state.chain.tools)
    .filter(({ name }) => patterns.some((pattern) => matches(pattern, name)))
    .map((spec) => declaredTool(spec, place));
  const opened = options.toolbox === undefined ? [] : yield* options.toolbox.open(patterns, toolScope(place), signal);
  // A declared `calculator` stands for the built-in one.
  const tools = [...declared, ...opened.filter(({ name }) => !declared.some((tool) => tool.name === name))];
  for (const pattern of patterns) {
    if (!tools.some(({ name }) => matches(pattern, name))) throw noSuchTool(pattern, tools, place);
  }
  return tools;
}

export function toolScope({ frame }: Place): ToolScope {
  const { state, memory } = frame;
  const { dir, servers } = state.chain;
  return {
    dir,
    servers,
    permissions: state.permissions,
    memory: {
      read: () => memory.open(state.namespace),
      async write(key, value) {
        state.fresh.memory.add(key);
        for await (const _ of memory.write(state.namespace, [{ op: 'set', key, value }], state.chain.memory));
      },
    },
  };
}

/** Runs the body of a `run`, `function` or `chain` step with the arguments as its input. */
function declaredTool({ body, ...spec }: ToolSpec, place: Place): Tool {
  return {
    ...spec,
    wireName: wireName(spec.name),
    async *call(args, call) {
      const outcome = yield* withoutDeltas(body.run(bodyContext(place, args, call)), call.path);
      const result: ToolResult = { text: outcome.output, isError: false };
      return outcome.data === undefined ? result : { ...result, data: outcome.data };
    },
  };
}

/** The text of a step comes piece by piece; that of a call counts when it is whole. */
async function* withoutDeltas<R>(events: AsyncGenerator<StepEvent, R>, call: string): AsyncGenerator<StepEvent, R> {
  try {
    let next = await events.next();
    while (!next.done) {
      if (next.value.type !== 'step.delta' || next.value.step !== call) yield next.value;
      next = await events.next();
    }
    return next.value;
  } finally {
    await events.return(undefined as R);
  }
}

function bodyContext(place: Place, args: JsonObject, { path, signal, idempotencyKey, host }: ToolCallContext) {
  const { frame, inside } = place;
  const { options, state } = frame;
  const scope = scopeOf(state, JSON.stringify(args));
  const inner = { ...frame, host: host ?? frame.host, prefix: `${path}/`, signal, final: false };
  const refuse = (): never => {
    throw new TypeError('a tool was given what only an agent has');
  };
  return {
    path,
    scope,
    args,
    chain: state.chain,
    io: options.io,
    attempt: 1,
    rejected: [],
    idempotencyKey,
    signal,
    final: false,
    model: (spec: ModelSpec) => openMetered(frame, spec, place.tally),
    history: () => [],
    turn: refuse,
    tools: refuse,
    call: refuse,
    callAll: refuse,
    runSteps: refuse,
    runBranches: refuse,
    ask: refuse,
    runChain: (chain: typeof state.chain, call: { readonly input: string; readonly inputs: JsonObject }) =>
      inside.chain(chain, call, inner),
  };
}

function noSuchTool(pattern: string, tools: readonly Tool[], { frame }: Place): ToolError {
  const names = [...new Set([...tools.map(({ name }) => name), ...Object.keys(frame.state.chain.tools)])];
  const near = nearest(pattern, names);
  return new ToolError(`no tool is called "${pattern}"`, {
    code: 'PC7001',
    reason: 'tool',
    help:
      near === undefined
        ? `list a server's tools with: promptchain mcp tools ${frame.state.chain.file}`
        : `did you mean "${near}"?`,
  });
}
