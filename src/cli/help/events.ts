import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const events: Topic = {
  name: 'events',
  summary: 'the lines of --jsonl',
  text: async () => {
    const { EVENTS } = await import('../schemas/events.ts');
    return `promptchain run chain.yaml --jsonl prints one JSON object a line:

${columns(EVENTS.map(({ shape, description }) => [shape.type.value, description ?? '']))}

Every line has v (1), type, seq (from 0, without gaps), ts and run_id. The first line is run.started; exactly one
run.completed, run.failed or run.interrupted is the last and carries the result, which has the exit code. A run that
cannot start is one line, run.failed. The deltas after the last step.started or step.retrying of a step concatenate to
the output of its step.completed. Skip types you do not know: later versions add some.

Fields besides those:

${columns(EVENTS.map(({ shape }) => [shape.type.value, fieldsOf(shape)]))}

The JSON Schema: promptchain schema events. The result alone: promptchain schema result.`;
  },
};

const ENVELOPE: ReadonlySet<string> = new Set(['v', 'type', 'seq', 'ts', 'run_id']);

function fieldsOf(shape: object): string {
  return Object.keys(shape)
    .filter((name) => !ENVELOPE.has(name))
    .join(', ');
}
