import { z } from 'zod';
import { chatBody } from '../openai/chat-request.ts';
import { responsesBody } from '../openai/responses-request.ts';
import { runRequest } from '../routes/runs.ts';
import type { ServedChain } from '../service.ts';
import type { ServerState } from '../state.ts';

/** The schemas that the paths name. */
export function schemasOf(chains: readonly ServedChain[], shapes: Awaited<ReturnType<ServerState['shapes']>>): object {
  const own = {
    RunRequest: { ...bodySchema(runRequest), examples: chains.slice(0, 1).map(exampleFor) },
    ChatCompletionRequest: bodySchema(chatBody),
    ResponseRequest: bodySchema(responsesBody),
    Result: shapes.result,
    Event: shapes.event,
  };
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, schema]) => [name, placed(name, schema)])),
    Chain: CHAIN,
    Run: RUN,
    RunWithResult: {
      allOf: [
        { $ref: '#/components/schemas/Run' },
        {
          type: 'object',
          required: ['result'],
          properties: {
            result: { anyOf: [{ $ref: '#/components/schemas/Result' }, { type: 'null' }], description: 'null while it goes on' },
          },
        },
      ],
    },
    Begun: BEGUN,
    Refusal: REFUSAL,
    OpenAiError: OPENAI_ERROR,
  };
}

/** A schema that was a document of its own: what it refers to is now further down. */
function placed(name: string, schema: object): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"#/components/schemas/${name}`));
}

function bodySchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

function exampleFor({ takesInput, inputs }: ServedChain): object {
  const required = Object.entries(inputs).filter(([, { required: needed }]) => needed);
  return {
    ...(takesInput ? { input: 'Hello' } : {}),
    ...(required.length === 0 ? {} : { inputs: Object.fromEntries(required.map(([name]) => [name, ''])) }),
    stream: false,
  };
}

const TEXT = { type: 'string' };
const NUMBER_OR_NULL = { type: ['number', 'null'] };

const CHAIN = {
  type: 'object',
  required: ['name', 'inputs', 'takesInput', 'conversational', 'changes', 'outline', 'overridable'],
  properties: {
    name: TEXT,
    description: TEXT,
    inputs: {
      type: 'object',
      additionalProperties: { type: 'object' },
      description: 'by name: type, required, default, options',
    },
    takesInput: { type: 'boolean' },
    conversational: { type: 'boolean', description: 'it reads what was said before' },
    changes: { type: 'boolean', description: 'it may do more than ask models' },
    answer: { type: 'object', description: 'the JSON Schema of its output, where that is always an object' },
    outline: { type: 'object', description: 'its steps, to be drawn' },
    overridable: { type: 'array', items: TEXT, description: 'what a client may set besides' },
  },
};

const RUN = {
  type: 'object',
  required: ['id', 'chain', 'status', 'started', 'duration_ms', 'cost_usd'],
  properties: {
    id: TEXT,
    chain: TEXT,
    status: { enum: ['running', 'success', 'failed', 'not_met', 'limited', 'blocked', 'interrupted'] },
    started: { type: 'string', format: 'date-time' },
    duration_ms: NUMBER_OR_NULL,
    cost_usd: NUMBER_OR_NULL,
  },
};

const BEGUN = { type: 'object', required: ['id', 'status'], properties: { id: TEXT, status: TEXT } };

const REFUSAL = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: TEXT,
        message: TEXT,
        help: TEXT,
        inputs: { type: 'object', additionalProperties: TEXT, description: 'what is wrong with an input, by its name' },
      },
    },
  },
};

const OPENAI_ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: { message: TEXT, type: TEXT, param: { type: ['string', 'null'] }, code: TEXT },
    },
  },
};
