/** The addresses and what they take and give. A test holds this table against the routes there are. */
export const PATHS = {
  '/chains': {
    get: {
      operationId: 'listChains',
      summary: 'the chains that are served',
      responses: answers(object({ chains: list('Chain'), keeps_runs: keepsRuns() })),
    },
  },
  '/chains/{name}': {
    get: { operationId: 'getChain', summary: 'one chain', parameters: [chain()], responses: answers(ref('Chain')) },
  },
  '/chains/{name}/runs': {
    post: {
      operationId: 'runChain',
      summary: 'run a chain',
      description:
        'The events as they come, each with its seq as id; with "stream": false the result, with a status that fits; with "background": true at once the address of the run.',
      parameters: [chain()],
      requestBody: body('RunRequest'),
      responses: {
        '200': {
          description: 'the run; as a result, one that succeeded',
          content: { 'text/event-stream': { schema: ref('Event') }, 'application/json': { schema: ref('Result') } },
        },
        '202': {
          description: 'the run goes on by itself',
          headers: { Location: { schema: { type: 'string' } } },
          content: { 'application/json': { schema: ref('Begun') } },
        },
        default: {
          description: 'the request is refused, or the run did not succeed',
          content: { 'application/json': { schema: { anyOf: [ref('Refusal'), ref('Result')] } } },
        },
      },
    },
  },
  '/runs': {
    get: {
      operationId: 'listRuns',
      summary: 'runs of the served chains, newest first',
      parameters: [
        query('chain', 'of this chain only'),
        query('limit', 'at most so many; 50 unless given', { type: 'integer', minimum: 1, maximum: 9999 }),
      ],
      responses: answers(object({ runs: list('Run') })),
    },
  },
  '/runs/{id}': {
    get: {
      operationId: 'getRun',
      summary: 'a run and its result',
      parameters: [run()],
      responses: answers(ref('RunWithResult')),
    },
  },
  '/runs/{id}/events': {
    get: {
      operationId: 'followRun',
      summary: 'what a run has told, and what it tells while it goes on',
      parameters: [
        run(),
        query('after', 'only events after this seq', { type: 'integer', minimum: 0 }),
        { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer' }, description: 'the same, as browsers send it' },
      ],
      responses: {
        '200': {
          description:
            'the events; deltas are those of steps that go on, what was said so far as one where it can be, and none of steps that have ended',
          content: { 'text/event-stream': { schema: ref('Event') } },
        },
        '204': { description: 'the run has ended and there are no more' },
        default: refused(),
      },
    },
  },
  '/runs/{id}/cancel': {
    post: {
      operationId: 'cancelRun',
      summary: 'end a run that goes on',
      parameters: [run()],
      responses: {
        '202': { description: 'it is being ended', content: { 'application/json': { schema: ref('Begun') } } },
        default: refused(),
      },
    },
  },
  '/memory': {
    get: {
      operationId: 'listMemory',
      summary: 'the namespaces of the memory store, where the server shows it',
      responses: answers(object({ namespaces: { type: 'array', items: { type: 'string' } } })),
    },
  },
  '/memory/{namespace}': {
    get: {
      operationId: 'getMemory',
      summary: 'what a namespace holds',
      parameters: [{ name: 'namespace', in: 'path', required: true, schema: { type: 'string' } }],
      responses: answers(object({ namespace: { type: 'string' }, values: { type: 'object' } })),
    },
  },
  '/v1/models': {
    get: { operationId: 'listModels', summary: "the chains as models of OpenAI's API", responses: answers({ type: 'object' }) },
  },
  '/v1/models/{model}': {
    get: {
      operationId: 'getModel',
      summary: 'one of them',
      parameters: [{ name: 'model', in: 'path', required: true, schema: { type: 'string' } }],
      responses: answers({ type: 'object' }),
    },
  },
  '/v1/chat/completions': { post: openAi('createChatCompletion', "OpenAI's Chat Completions", 'ChatCompletionRequest') },
  '/v1/responses': { post: openAi('createResponse', "OpenAI's Responses", 'ResponseRequest') },
  '/healthz': { get: probe('isAlive', 'the process answers') },
  '/readyz': { get: probe('isReady', 'it takes new work; 503 once it is stopping') },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      summary: "what the server counts, in Prometheus' format",
      responses: { '200': text(), default: refused() },
    },
  },
  '/openapi.json': { get: { operationId: 'getOpenApi', summary: 'this document', responses: answers({ type: 'object' }) } },
} as const;

function ref(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

function list(name: string) {
  return { type: 'array', items: ref(name) };
}

function keepsRuns() {
  return { type: 'boolean', description: 'a run has a journal: it can go on in the background, and be looked at later' };
}

function object(properties: object) {
  return { type: 'object', required: Object.keys(properties), properties };
}

function chain() {
  return { $ref: '#/components/parameters/chain' };
}

function run() {
  return { $ref: '#/components/parameters/run' };
}

function query(name: string, description: string, schema: object = { type: 'string' }) {
  return { name, in: 'query', schema, description };
}

function body(name: string) {
  return { required: true, content: { 'application/json': { schema: ref(name) } } };
}

function answers(schema: object) {
  return { '200': { description: 'the answer', content: { 'application/json': { schema } } }, default: refused() };
}

function refused() {
  return { $ref: '#/components/responses/Refused' };
}

function text() {
  return { description: 'the answer', content: { 'text/plain': { schema: { type: 'string' } } } };
}

function probe(operationId: string, summary: string) {
  return { operationId, summary, security: [], responses: { '200': text(), '503': text() } };
}

function openAi(operationId: string, summary: string, name: string) {
  const content = { 'application/json': { schema: { type: 'object' } }, 'text/event-stream': { schema: { type: 'string' } } };
  return {
    operationId,
    summary,
    requestBody: body(name),
    responses: {
      '200': { description: 'the answer', content },
      default: {
        description: 'an error, in the form of OpenAI',
        content: { 'application/json': { schema: ref('OpenAiError') } },
      },
    },
  };
}
