import { InvalidAnswer, ModelError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { UserMessage } from '../core/message.ts';
import { type AnswerFormat, type FinishReason, type Model, type ModelRequest, NO_USAGE, type Usage } from '../core/model.ts';
import type { StepContext, StepOutcome } from '../core/step.ts';
import { askAgain } from '../lib/answer-words.ts';

/** One answer of a model, without tools. `asked` is the prompt among the messages of `request`. */
export async function* answer(
  model: Model,
  request: ModelRequest,
  asked: UserMessage,
  context: StepContext,
): AsyncGenerator<StepEvent, StepOutcome> {
  const said = yield* listen(model, request, context);
  refuseNonAnswer(said, model.spec.id, context);
  const read = request.format === undefined ? undefined : await readFormat(said, request.format, model.spec.id);
  const output = read?.output ?? said.text;
  // Held back until now: an answer that is rejected must not be out already.
  if (read !== undefined) yield { type: 'step.delta', step: context.path, text: output };
  else if (said.finish === 'length') yield cutShort(context.path, model.spec.id);
  return {
    output,
    ...(read === undefined ? {} : { data: read.data }),
    usage: said.usage,
    finishReason: said.finish,
    ...(said.cached ? { cached: true, costUsd: 0 } : {}),
    turn: [asked, { role: 'assistant', text: output }],
  };
}

interface Said {
  readonly text: string;
  readonly usage: Usage;
  readonly finish: FinishReason;
  readonly nullIsAbsent: boolean;
  readonly cached: boolean;
}

async function* listen(model: Model, request: ModelRequest, { path, signal }: StepContext): AsyncGenerator<StepEvent, Said> {
  const parts: string[] = [];
  let usage: Usage = NO_USAGE;
  let finish: FinishReason = 'unknown';
  let nullIsAbsent = false;
  let cached = false;
  for await (const event of model.stream(request, signal)) {
    if (event.type === 'text-delta') {
      parts.push(event.text);
      if (request.format === undefined) yield { type: 'step.delta', step: path, text: event.text };
    } else if (event.type === 'reasoning-delta') {
      yield { type: 'step.reasoning_delta', step: path, text: event.text };
    } else if (event.type === 'waiting') {
      if (event.text !== undefined) yield { type: 'step.log', step: path, text: event.text };
    } else if (event.type === 'usage') usage = event.usage;
    else if (event.type === 'finish') {
      finish = event.reason;
      nullIsAbsent = event.nullIsAbsent === true;
      cached = event.cached === true;
    }
  }
  return { text: parts.join(''), usage, finish, nullIsAbsent, cached };
}

/** What is no answer must not reach the next step as one. */
function refuseNonAnswer({ text, finish }: Said, modelId: string, context: StepContext): void {
  const provider = providerOf(modelId);
  if (finish === 'refusal' || finish === 'content_filter') {
    const words = text.trim() === '' ? '' : `: ${text.trim().slice(0, 300)}`;
    const message = `${modelId} refused to answer (${finish})${words}`;
    throw new ModelError(message, { code: 'PC5301', reason: 'refusal', provider });
  }
  if (text.trim() === '' && !context.chain.allowEmpty) {
    throw new ModelError(`${modelId} answered with nothing (finish reason: ${finish})`, {
      code: 'PC5302',
      reason: 'empty_output',
      provider,
      help:
        finish === 'length'
          ? 'raise max_tokens: reasoning used all of them'
          : 'set "allow_empty: true" at the top of the chain if that is valid',
    });
  }
}

/** The output of a step with choices is the choice itself, so that a condition can compare it. */
async function readFormat(
  { text, finish, nullIsAbsent }: Said,
  format: AnswerFormat,
  modelId: string,
): Promise<{ readonly data: Json; readonly output: string }> {
  const { readAnswer } = await import('../lib/read-answer.ts');
  // Whatever is missing at its end, nobody but the model can say.
  const read = finish === 'length' ? { problem: 'was cut at the token limit' } : readAnswer(text, format, nullIsAbsent);
  if ('data' in read) return { data: read.data, output: format.choices === undefined ? text : String(read.data) };
  const said = text.trim().replace(/\s+/g, ' ');
  const excerpt = said.length > EXCERPT ? `${said.slice(0, EXCERPT)}…` : said;
  throw new InvalidAnswer(`the answer of ${modelId} ${read.problem}; it is: ${excerpt}`, {
    code: 'PC5304',
    provider: providerOf(modelId),
    rejected: { text, complaint: askAgain(read.problem) },
    ...(finish === 'length' ? { help: 'raise max_tokens' } : {}),
  });
}

const EXCERPT = 200;

function providerOf(modelId: string): string {
  return modelId.split('/')[0] ?? modelId;
}

function cutShort(step: string, modelId: string): StepEvent {
  const message = `the answer of ${modelId} in step "${step}" was cut at the token limit; raise max_tokens for the whole of it`;
  return { type: 'warning', code: 'PC5303', message, step };
}
