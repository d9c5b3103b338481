import type { RunResult } from '../../core/run.ts';
import type { Frame } from '../frame-stream.ts';
import type { Answer, Collected, Ended } from './answer.ts';
import { messageItem, openItem, reasoningItem } from './items.ts';
import type { Problem } from './problem.ts';
import type { Heading } from './protocol.ts';
import { responsesUsage } from './usage.ts';

/** A whole answer as Responses tells it. */
export function response(heading: Heading, { text, reasoning, result, finish }: Collected): object {
  const output = [...(reasoning === '' ? [] : [reasoningItem(heading.run, reasoning)]), messageItem(heading.run, text)];
  return { ...responseHead(heading), ...ending({ result, finish }), output, usage: responsesUsage(result.usage) };
}

export interface EventsOptions {
  readonly heading: Heading;
  problem(result: RunResult): Problem | undefined;
}

/** An answer as events. One that fails ends with the events `error` and `response.failed`. */
export async function* responseEvents(answer: Answer, { heading, problem }: EventsOptions): AsyncGenerator<Frame> {
  let sequence = 0;
  const event = (type: string, fields: object): Frame => ({
    event: type,
    data: JSON.stringify({ type, sequence_number: sequence++, ...fields }),
  });
  const begin = { ...responseHead(heading), status: 'in_progress', incomplete_details: null, output: [], usage: null };
  yield event('response.created', { response: begin });
  yield event('response.in_progress', { response: begin });
  const output: object[] = [];
  let open: ReturnType<typeof openItem> | undefined;
  for (;;) {
    const next = await answer.next();
    const type = next.done ? undefined : next.value.type;
    if (open !== undefined && open.type !== type) {
      const { frames, item } = open.close();
      for (const [name, fields] of frames) yield event(name, fields);
      output.push(item);
      open = undefined;
    }
    if (next.done) {
      for (const [name, fields] of lastEvents(heading, next.value, { output, failed: problem(next.value.result) }))
        yield event(name, fields);
      return;
    }
    if (open === undefined) {
      open = openItem(next.value.type, { run: heading.run, index: output.length });
      for (const [name, fields] of open.frames) yield event(name, fields);
    }
    const [name, fields] = open.delta(next.value.text);
    yield event(name, fields);
  }
}

function lastEvents(
  heading: Heading,
  ended: Ended,
  { output, failed }: { readonly output: readonly object[]; readonly failed: Problem | undefined },
): readonly (readonly [string, object])[] {
  const whole = { ...responseHead(heading), output, usage: responsesUsage(ended.result.usage) };
  if (failed !== undefined) {
    const { error } = failed;
    const response = {
      ...whole,
      status: 'failed',
      incomplete_details: null,
      error: { code: error.code, message: error.message },
    };
    return [
      ['error', { code: error.code, message: error.message, param: error.param, error }],
      ['response.failed', { response }],
    ];
  }
  const end = ending(ended);
  return [[`response.${end.status}`, { response: { ...whole, ...end } }]];
}

function ending({ finish }: Ended): { readonly status: 'completed' | 'incomplete'; readonly incomplete_details: object | null } {
  if (finish === 'length') return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (finish === 'content_filter' || finish === 'refusal') {
    return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  }
  return { status: 'completed', incomplete_details: null };
}

/** Fields without which clients' types are not met stand with what is true of a chain. */
function responseHead({ run, model, created }: Heading): object {
  return {
    id: `resp_${run}`,
    object: 'response',
    created_at: created,
    model,
    error: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: false,
    previous_response_id: null,
    store: false,
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'none',
    tools: [],
    top_p: null,
    truncation: 'disabled',
  };
}
