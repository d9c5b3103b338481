import { type Attributes, type Span, SpanKind } from '@opentelemetry/api';
import { recordOf } from '../core/errors.ts';
import type { Model, ModelEvent, ModelRequest, ModelSpec, OpenModel } from '../core/model.ts';
import { answerContent, requestContent } from './content.ts';
import type { Reading } from './event-reader.ts';
import { fail } from './failure.ts';
import { modelAttributes } from './model-name.ts';
import { usageAttributes } from './usage.ts';

export interface ModelSpanOptions extends Pick<Reading, 'tree' | 'redact' | 'about'> {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly serverOf: (spec: ModelSpec) => URL | undefined;
}

/** Models whose every request is a span, each attempt its own, inside the step that makes it. */
export function tracedModels(live: OpenModel, options: ModelSpanOptions): OpenModel {
  return async (spec) => {
    const model = await live(spec);
    return { ...model, stream: (request, signal) => tracedStream(model, request, signal, options) };
  };
}

async function* tracedStream(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
  options: ModelSpanOptions,
): AsyncGenerator<ModelEvent> {
  const { tree, redact, now } = options;
  const at = now();
  const span = tree.within(request.path ?? '', {
    name: `chat ${model.spec.name}`,
    at,
    kind: model.llm ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes: { ...attributesOf(model, request, options), ...(redact === undefined ? {} : requestContent(request, redact)) },
  });
  const answer: ModelEvent[] = [];
  let state: 'sent' | 'waiting' | 'answering' = 'sent';
  let whole = false;
  try {
    for await (const event of model.stream(request, signal)) {
      if (event.type === 'waiting') {
        state = 'waiting';
      } else {
        // How long a request waited for the provider's limits is not known to the millisecond.
        if (state === 'sent') span.setAttribute('gen_ai.response.time_to_first_chunk', (now() - at) / 1000);
        state = 'answering';
        if (redact !== undefined) answer.push(event);
        noteAnswer(span, event);
        whole = event.type === 'finish';
      }
      yield event;
    }
  } catch (error) {
    fail(span, recordOf(error), redact);
    throw error;
  } finally {
    if (!whole && signal.aborted) fail(span, recordOf(signal.reason), redact);
    if (redact !== undefined) span.setAttributes(answerContent(answer, redact));
    tree.close(span, now());
  }
}

function attributesOf(model: Model, request: ModelRequest, { serverOf, about }: ModelSpanOptions): Attributes {
  const { params, format, path } = request;
  const server = model.llm ? serverOf(model.spec) : undefined;
  return {
    'gen_ai.operation.name': 'chat',
    ...about,
    ...modelAttributes(model.spec.id),
    ...(server === undefined ? {} : { 'server.address': server.hostname, 'server.port': portOf(server) }),
    'gen_ai.request.stream': true,
    'gen_ai.output.type': format === undefined || format.choices !== undefined ? 'text' : 'json',
    ...given('gen_ai.request.temperature', params.temperature),
    ...given('gen_ai.request.max_tokens', params.max_tokens),
    ...given('gen_ai.request.top_p', params.top_p),
    ...given('gen_ai.request.seed', params.seed),
    ...given('gen_ai.request.frequency_penalty', params.frequency_penalty),
    ...given('gen_ai.request.presence_penalty', params.presence_penalty),
    ...given('gen_ai.request.stop_sequences', params.stop_sequences && [...params.stop_sequences]),
    ...given('promptchain.step.path', path),
    ...(model.llm ? {} : { 'promptchain.llm': false }),
  };
}

function given(name: string, value: Attributes[string]): Attributes {
  return value === undefined ? {} : { [name]: value };
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

function noteAnswer(span: Span, event: ModelEvent): void {
  if (event.type === 'usage') span.setAttributes(usageAttributes(event.usage));
  if (event.type !== 'finish') return;
  span.setAttributes({
    'gen_ai.response.finish_reasons': [event.reason],
    ...given('gen_ai.response.id', event.responseId),
    ...given('gen_ai.response.model', event.model),
    ...given('promptchain.cached', event.cached),
  });
}
