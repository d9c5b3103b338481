import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { ToolStarted } from '../core/event.ts';
import type { EventReader } from './event-reader.ts';

/** A span for each call of a tool that is made; what is taken from an earlier run is none. */
export const readTools: EventReader = (event, { tree, redact, callIds }) => {
  const at = Date.parse(event.ts);
  if (event.type === 'turn.completed') {
    for (const [index, { id }] of event.tool_calls.entries()) callIds.set(`${event.turn}.${index + 1}`, id);
    return;
  }
  if (event.type === 'tool.started') {
    const tool = nameOf(event);
    const attributes = attributesOf(event, tool, callIds.get(event.call));
    const span = tree.open(event.call, { name: `execute_tool ${tool}`, at, attributes });
    if (redact !== undefined) span.setAttribute('gen_ai.tool.call.arguments', redact(JSON.stringify(event.arguments)));
    return;
  }
  if (event.type !== 'tool.completed') return;
  callIds.delete(event.call);
  const span = tree.at(event.call);
  if (span === undefined) return;
  if (redact !== undefined) span.setAttribute('gen_ai.tool.call.result', redact(event.text));
  if (event.is_error) {
    span.setAttribute('error.type', 'tool_error');
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  tree.close(span, at);
};

/** A model may call what there is not, by any words: then they are its answer, and no name. */
function nameOf({ tool }: ToolStarted): string {
  return /^[\w.:/-]{1,128}$/.test(tool) ? tool : '_OTHER';
}

function attributesOf({ call, step }: ToolStarted, tool: string, id: string | undefined): Attributes {
  return {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': tool,
    'gen_ai.tool.type': 'function',
    ...(id === undefined ? {} : { 'gen_ai.tool.call.id': id }),
    'promptchain.step.path': step,
    'promptchain.tool.call': call,
  };
}
