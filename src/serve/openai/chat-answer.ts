import type { FinishReason } from '../../core/model.ts';
import type { RunResult } from '../../core/run.ts';
import type { Frame } from '../frame-stream.ts';
import type { Answer, Collected } from './answer.ts';
import type { Problem } from './problem.ts';
import type { Heading } from './protocol.ts';
import { chatUsage } from './usage.ts';

/** A whole answer as Chat Completions tells it. */
export function completion(heading: Heading, { text, reasoning, result, finish }: Collected): object {
  const message = {
    role: 'assistant',
    content: text,
    refusal: null,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
  };
  return {
    ...head(heading, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: FINISH[finish] }],
    usage: chatUsage(result.usage),
  };
}

export interface ChunkOptions {
  readonly heading: Heading;
  /** A last chunk tells the usage. */
  readonly usage: boolean;
  problem(result: RunResult): Problem | undefined;
}

/** An answer as chunks. One that fails ends with the error, and without the mark of the end. */
export async function* chunks(answer: Answer, { heading, usage, problem }: ChunkOptions): AsyncGenerator<Frame> {
  const chunk = (delta: object, finish: string | null): Frame => ({
    data: JSON.stringify({
      ...head(heading, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(usage ? { usage: null } : {}),
    }),
  });
  yield chunk({ role: 'assistant', content: '' }, null);
  for (;;) {
    const next = await answer.next();
    if (!next.done) {
      yield chunk({ [next.value.type === 'text' ? 'content' : 'reasoning_content']: next.value.text }, null);
      continue;
    }
    const failed = problem(next.value.result);
    if (failed !== undefined) {
      yield { event: 'error', data: JSON.stringify({ error: failed.error }) };
      return;
    }
    const { finish, result } = next.value;
    yield chunk({}, FINISH[finish]);
    if (usage) {
      const last = { ...head(heading, 'chat.completion.chunk'), choices: [], usage: chatUsage(result.usage) };
      yield { data: JSON.stringify(last) };
    }
    yield { data: '[DONE]' };
    return;
  }
}

function head({ run, model, created }: Heading, object: string): object {
  return { id: `chatcmpl-${run}`, object, created, model };
}

/** A chain calls its own tools, so its answer never ends with calls. */
const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  unknown: 'stop',
  tool_calls: 'stop',
  length: 'length',
  refusal: 'content_filter',
  content_filter: 'content_filter',
};
