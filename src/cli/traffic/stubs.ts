import { Failure, ModelError } from '../../core/errors.ts';
import type { Warning } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Model, ModelEvent, ModelRequest, ModelSpec } from '../../core/model.ts';
import type { Tool, Toolbox, ToolResult } from '../../core/tool.ts';
import { matches } from '../../lib/glob.ts';
import { namesBuiltIn, reachesServer } from '../../lib/tool-pattern.ts';
import { wireName } from '../../lib/wire-name.ts';
import { codeOf } from '../../models/failure.ts';
import { BUILT_IN_NAMES } from '../../tools/names.ts';
import { createScript } from './script.ts';
import { withSkippingClock } from './skipping-clock.ts';
import { lastOf, type StubAnswer, type StubResult, type Stubs, stepOf } from './stub-file.ts';
import type { Traffic } from './traffic.ts';

export interface StubOptions {
  readonly stubs: Stubs;
  /** As a person named it. */
  readonly file: string;
  /** Ends the run: no chain may live with a stub that is missing. */
  abort(reason: Failure): void;
}

/** `--stubs`: models and the tools of servers answer what a file says. Nothing is called, nothing waited for. */
export function stubTraffic({ stubs, file, abort }: StubOptions): Traffic {
  const answers = createScript<StubAnswer>(stubs.steps);
  const results = createScript<StubResult>(stubs.tools);
  const fail = (message: string, help: string): never => {
    const failure = new Failure(message, { code: 'PC8207', reason: 'not_found', help });
    abort(failure);
    throw failure;
  };

  const answerFor = (path: string): StubAnswer => {
    const name = answers.find(namesOf(path));
    if (name === undefined)
      return (
        stubs.default ??
        fail(`step "${stepOf(path)}" has no stub in ${file}`, `add to it, under steps:\n  ${stepOf(path)}: "the answer"`)
      );
    return answers.next(name) ?? fail(...usedUp(`step "${path}"`, name, file, 'an answer'));
  };
  const resultFor = (tool: string): StubResult => {
    const name =
      results.find([tool]) ??
      fail(`the tool "${tool}" has no stub in ${file}`, `add to it, under tools:\n  ${tool}: "the result"`);
    return results.next(name) ?? fail(...usedUp(`the tool "${tool}"`, name, file, 'a result'));
  };
  const usable = (answer: StubAnswer, { path = '', tools = [] }: ModelRequest): StubAnswer => {
    const calls = typeof answer === 'object' && 'calls' in answer ? (answer.calls ?? []) : [];
    const other = calls.find(({ tool }) => !tools.some(({ name }) => name === wireName(tool)));
    if (other === undefined) return answer;
    const help = 'give the tool a result under "tools", and name it in the tools of the step';
    return fail(`the stub of "${path}" in ${file} calls "${other.tool}", which is not there to be called`, help);
  };
  const isStubbed = (tool: string): boolean => results.find([tool]) !== undefined;

  return {
    openModel: () => async (spec) => stubModel(spec, (request) => usable(answerFor(request.path ?? ''), request)),
    toolbox: (live) => stubToolbox(live, { stubs, isStubbed, resultFor }),
    io: withSkippingClock,
    warnings: () =>
      [...answers.unused(), ...results.unused()].map(
        (name): Warning => ({ type: 'warning', code: 'PC8208', message: `the stub "${name}" of ${file} was never used` }),
      ),
    finish: () => undefined,
    discard: () => undefined,
  };
}

/** From the most to the least exact: the turn, the item, the step by its path, by its id. */
function namesOf(path: string): readonly string[] {
  const step = path.replace(/\/[ts]\d+(?:\.\d+)*b?$/, '');
  return [path, step, lastOf(step), stepOf(path), lastOf(stepOf(path))];
}

function usedUp(who: string, name: string, file: string, one: string): readonly [string, string] {
  return [
    `${who} asks for more than the stub "${name}" of ${file} has`,
    `add ${one} to its list, or give one that is no list: it answers any number of times`,
  ];
}

function stubModel(spec: ModelSpec, answerFor: (request: ModelRequest) => StubAnswer): Model {
  return {
    spec,
    llm: false,
    cost: () => 0,
    async *stream(request, signal): AsyncGenerator<ModelEvent, void> {
      signal.throwIfAborted();
      const answer = answerFor(request);
      if (typeof answer === 'object' && 'error' in answer) throw failureOf(answer, spec);
      const { text, json, calls = [], finish } = typeof answer === 'string' ? { text: answer } : answer;
      const said = text ?? (json === undefined ? '' : JSON.stringify(json));
      if (said !== '') yield { type: 'text-delta', text: said };
      for (const [index, call] of calls.entries()) {
        yield {
          type: 'tool-call',
          call: { id: `stub_${index + 1}`, name: call.tool, arguments: JSON.stringify(call.with ?? {}) },
        };
      }
      yield { type: 'finish', reason: finish ?? (calls.length > 0 ? 'tool_calls' : 'stop') };
    },
  };
}

function failureOf({ error: reason, message }: Extract<StubAnswer, { readonly error: unknown }>, spec: ModelSpec): ModelError {
  return new ModelError(message ?? `the stub says: ${reason}`, { code: codeOf(reason), reason, provider: spec.provider });
}

interface ToolStubs {
  readonly stubs: Stubs;
  isStubbed(tool: string): boolean;
  resultFor(tool: string): StubResult;
}

/** Built-in tools without a stub work as ever, but for the one that leaves this machine. */
function stubToolbox(live: Toolbox, { stubs, isStubbed, resultFor }: ToolStubs): Toolbox {
  const stubbed = (name: string, known?: Tool): Tool => ({
    ...(known ?? { name, wireName: wireName(name), description: '', parameters: ANYTHING, effect: 'none' as const }),
    // biome-ignore lint/correctness/useYield: a tool that tells nothing on the way is a generator all the same
    async *call(): AsyncGenerator<never, ToolResult> {
      return resultOf(resultFor(name));
    },
  });
  return {
    async *open(patterns, scope, signal) {
      const builtIn = BUILT_IN_NAMES.filter((name) => patterns.some((pattern) => namesBuiltIn(pattern, name)));
      const known = builtIn.length === 0 ? [] : yield* live.open(builtIn, scope, signal);
      const named = Object.keys(stubs.tools).filter((name) => !name.includes('*') && !builtIn.includes(name));
      const served = Object.keys(scope.servers).flatMap((server) => serverTools(server, patterns, named));
      for (const pattern of patterns) {
        const isServer = Object.keys(scope.servers).some((name) => reachesServer(pattern, name));
        // What a step may use need not have a stub; what it does use needs one.
        if (isServer && !served.some((name) => matches(pattern, name))) served.push(pattern.replaceAll('*', 'without_stub'));
      }
      return [
        ...known.map((tool) => (isStubbed(tool.name) || tool.name === LEAVES_THE_MACHINE ? stubbed(tool.name, tool) : tool)),
        ...served.map((name) => stubbed(name)),
      ];
    },
    async permit(tool, args, scope, signal) {
      try {
        await live.permit(tool, args, scope, signal);
      } catch (error) {
        // Nothing is done by a stub, so nobody has to agree; what is denied stays denied.
        if (!(error instanceof Failure) || error.reason !== 'needs_human' || !isStubbed(tool.name)) throw error;
      }
    },
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

const LEAVES_THE_MACHINE = 'http.fetch';
const ANYTHING: JsonObject = { type: 'object' };

function serverTools(server: string, patterns: readonly string[], names: readonly string[]): string[] {
  const own = names.filter((name) => name.startsWith(`${server}.`));
  return own.filter((name) => patterns.some((pattern) => reachesServer(pattern, server) && matches(pattern, name)));
}

function resultOf(result: StubResult): ToolResult {
  if (typeof result === 'string') return { text: result, isError: false };
  if ('error' in result) return { text: result.error, isError: true };
  const { text, json } = result;
  const said = text ?? (json === undefined ? '' : JSON.stringify(json));
  return json === undefined ? { text: said, isError: false } : { text: said, data: json, isError: false };
}
