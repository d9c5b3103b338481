import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { type ErrorRecord, UsageError } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import { isJsonObject, type Json, type JsonObject, textOf } from '../../core/json.ts';
import type { RunResult } from '../../core/run.ts';
import { Refused } from '../refusal.ts';
import type { Given, ServedChain, Service, StartedRun } from '../service.ts';
import { textArgument } from './tools.ts';

/** One call of a chain: what it is given, who hears of its events, what ends it early. */
export interface ChainCall {
  readonly chain: ServedChain;
  readonly args: { readonly [name: string]: unknown };
  readonly about: Pick<Given, 'client' | 'traceparent'>;
  /** Any of them ends the run. */
  readonly signals: readonly AbortSignal[];
  hear(event: Event): void;
}

/** Runs the chain. Whatever is wrong with the arguments or the run is a result that says so. */
export async function callChain({ start }: Pick<Service, 'start'>, call: ChainCall): Promise<CallToolResult> {
  let run: StartedRun;
  try {
    run = await start(call.chain.name, { ...givenIn(call), ...call.about, live: false });
  } catch (error) {
    if (error instanceof UsageError) return failed(error);
    if (error instanceof Refused) return failed(error.refusal);
    throw error;
  }
  const gone = (): void => run.abort();
  for (const signal of call.signals) {
    if (signal.aborted) gone();
    signal.addEventListener('abort', gone, { once: true });
  }
  try {
    return resultOf(await toEnd(run, call.hear), call.chain);
  } finally {
    for (const signal of call.signals) signal.removeEventListener('abort', gone);
  }
}

/** Throws `UsageError` where the text is missing or none. */
function givenIn({ chain, args }: ChainCall): Given {
  if (!chain.takesInput) return { inputs: args as JsonObject };
  const name = textArgument(chain);
  const { [name]: input, ...inputs } = args as JsonObject;
  if (typeof input !== 'string') {
    const what = input === undefined ? 'is required' : 'must be text';
    throw new UsageError(`the argument "${name}" ${what}`, { code: 'PC2024' });
  }
  return { input, inputs };
}

async function toEnd({ events }: StartedRun, hear: (event: Event) => void): Promise<RunResult> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
    hear(next.value);
  }
}

function resultOf({ status, output, error, steps, run_id }: RunResult, { answer }: ServedChain): CallToolResult {
  const about = { _meta: { 'promptchain/run_id': run_id } };
  if (status !== 'success') {
    return { ...failed(error ?? { code: 'PC0001', message: `the run ended: ${status}` }), ...about };
  }
  const data = dataOf(output, steps);
  return {
    content: [{ type: 'text', text: textOf(output) }],
    ...(isJsonObject(data) && (answer !== undefined || isJsonObject(output)) ? { structuredContent: data } : {}),
    ...about,
  };
}

/** The output itself where it is a map, else what the step that gave it read in its text. */
function dataOf(output: Json, steps: RunResult['steps']): Json {
  if (typeof output !== 'string') return output;
  return steps.findLast((step) => step.output === output && isJsonObject(step.data))?.data ?? null;
}

function failed({ step, code, message, help }: Told): CallToolResult {
  const where = step === undefined ? '' : `step "${step}": `;
  const text = `${where}${message}${help === undefined ? '' : ` (${help})`} [${code}]`;
  return { isError: true, content: [{ type: 'text', text }] };
}

type Told = Pick<ErrorRecord, 'code' | 'message' | 'step'> & { readonly help?: string | undefined };
