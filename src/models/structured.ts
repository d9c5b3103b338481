import type { JsonObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { AnswerFormat, ModelRequest, ModelSpec } from '../core/model.ts';
import { CHOICE_KEY, formatInWords } from '../lib/answer-words.ts';
import { type StrictDialect, strictSchema } from '../lib/strict-schema.ts';
import type { Provider } from './provider.ts';

/** What a protocol says of the format of an answer: a schema the provider makes the model follow, or only that it is JSON. */
export interface StructuredMode {
  readonly schema?: JsonObject;
  /** The schema has no optional fields: null stands for one that is left out. */
  readonly nullIsAbsent?: boolean;
}

/** The mode of the provider that a request's format is asked for in; what the model is not shown that way it is told in words. */
export function inMode(
  spec: ModelSpec,
  request: ModelRequest,
  provider: Provider,
): { readonly request: ModelRequest; readonly mode?: StructuredMode } {
  const { format } = request;
  if (format === undefined) return { request };
  const own = modeOf(spec, provider, format);
  const mode = own === undefined ? {} : { mode: own };
  const isShown = own?.schema !== undefined && provider.structured === undefined;
  return isShown ? { request, ...mode } : { request: { ...request, messages: told(request.messages, format) }, ...mode };
}

function modeOf({ name }: ModelSpec, provider: Provider, format: AnswerFormat): StructuredMode | undefined {
  if (provider.protocol === 'anthropic') {
    const schema = CLAUDE_WITHOUT.test(name) ? undefined : strictSchema(schemaOf(format), ANTHROPIC);
    return schema && { schema };
  }
  if (provider.openaiModels === true ? !OPENAI_WITH.test(name) : provider.structured === undefined) return undefined;
  // A host whose model may not see the schema is told in words what to choose from: in those, no object is around it.
  if (provider.structured !== undefined && format.choices !== undefined) return undefined;
  const schema = provider.structured === 'json' ? undefined : strictSchema(schemaOf(format), OPENAI);
  if (schema !== undefined) return { schema, nullIsAbsent: true };
  return format.schema.type === 'object' && provider.structured !== 'schema' ? {} : undefined;
}

/** Of an object, which every provider's mode wants. */
function schemaOf({ schema, choices }: AnswerFormat): JsonObject {
  if (choices === undefined) return schema;
  return { type: 'object', properties: { [CHOICE_KEY]: schema }, required: [CHOICE_KEY], additionalProperties: false };
}

/** Models from before structured outputs, those that only the beta knew among them. */
const CLAUDE_WITHOUT = /^claude-(?:instant|[23]|(?:sonnet|opus|haiku)-4(?:-[01])?(?:-2\d{7}|$))/;
const OPENAI_WITH =
  /^(?:ft:)?(?:gpt-4o(?!-2024-05-13)|gpt-4\.[1-9]|gpt-[5-9]|o1(?!-mini|-preview)|o[2-9]|codex)(?!.*(?:audio|realtime|transcribe|tts|image))/;

const FORMATS = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];

const OPENAI: StrictDialect = {
  bounds: new Set([
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
    'pattern',
    'minItems',
    'maxItems',
  ]),
  formats: new Set(FORMATS),
  references: true,
  allRequired: true,
};

/** References are taken too, but none that lead back to where they stand. */
const ANTHROPIC: StrictDialect = {
  bounds: new Set(),
  formats: new Set([...FORMATS, 'uri']),
  references: false,
  allRequired: false,
};

/** After everything else the last message says. */
function told(messages: readonly Message[], format: AnswerFormat): readonly Message[] {
  const words = formatInWords(format);
  const last = messages.at(-1);
  if (last?.role !== 'user') return [...messages, { role: 'user', text: words }];
  return [...messages.slice(0, -1), { ...last, text: `${last.text}\n\n${words}` }];
}
