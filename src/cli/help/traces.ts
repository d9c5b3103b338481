import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const traces: Topic = {
  name: 'traces',
  summary: 'OpenTelemetry: runs, steps, requests to models and calls of tools as spans',
  text: async () => `A run is sent as a trace, over OTLP by HTTP, when the environment says where to:

  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 promptchain run chain.yaml -i "Hello"

${columns(SPANS)}

Names follow OpenTelemetry's conventions for generative AI (gen_ai.*), what they have no name for is promptchain.*: the
journal path of a step, the id of the run, what it cost. Retries, skipped steps, warnings and checks are events of the
span they happen in. A run that goes on from another is linked to it. Each turn of a chat, each case of a test and each
run of a server has a trace of its own; that of a server is a child of the request, if that has a traceparent header.
The turns of a conversation have gen_ai.conversation.id: the session of a chat, and of a server a digest of it, since
whoever knows the id of a session there can read it.

Prompts, answers, what tools get and give, and the sentences of errors stay here, unless you ask for them with
OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true; secrets are masked then as they are everywhere.

${columns(VARIABLES)}

None of these is taken from .env: it comes with a project, and a project does not decide where your traces go.

Traces never fail a run. Once it is over, it waits up to 2 seconds for them to leave, after a signal 150 ms; what could
not be delivered is told once, on stderr (PC6201). gRPC is not supported: PC2110.`,
};

const SPANS = [
  ['invoke_workflow <chain>', 'the run'],
  ['<kind> <id>', 'a step, such as prompt draft or parallel views'],
  ['invoke_agent <id>', 'a step that pursues an objective'],
  ['chat <model>', 'a request to a model, each attempt its own'],
  ['execute_tool <tool>', 'a call of a tool'],
] as const;

const VARIABLES = [
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'where to: /v1/traces is added; OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is taken as it is'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf (the default) or http/json'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'such as authorization=Bearer%20<key>'],
  ['OTEL_SERVICE_NAME', 'by default promptchain; OTEL_RESOURCE_ATTRIBUTES adds others'],
  ['OTEL_TRACES_SAMPLER', 'which runs are traced; OTEL_TRACES_SAMPLER_ARG is the share'],
  ['OTEL_SDK_DISABLED', 'true: no traces'],
  ['TRACEPARENT', 'the span the run is a child of, as tools for CI set it'],
] as const;
