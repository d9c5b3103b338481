import type { Event } from '../core/event.ts';
import type { Paint } from './paint.ts';
import { type ProgressOptions, plainLine } from './plain.ts';
import { isLast, type Renderer } from './renderer.ts';
import { sanitize } from './sanitize.ts';
import { about, oneLine, summary } from './words.ts';

export interface VerboseOptions extends ProgressOptions {
  readonly showReasoning: boolean;
}

/** `-v`: the plain lines, and when a step starts, what every intermediate step gave, and what memory was read and written. */
export function verboseRenderer({ err, paint, explain, showReasoning }: VerboseOptions): Renderer {
  const final = new Set<string>();
  const reasoning = new Map<string, string>();
  return {
    async write(event) {
      if (event.type === 'step.started' && event.final) final.add(event.step);
      if (event.type === 'step.reasoning_delta' && showReasoning) {
        reasoning.set(event.step, (reasoning.get(event.step) ?? '') + event.text);
      }
      for (const line of before(event)) await err.write(`${line}\n`);
      const text = plainLine(event, paint) ?? more(event);
      if (text !== undefined) await err.write(`${text}\n`);
      if (isLast(event)) {
        await err.write(`run ${event.run_id}\n`);
        await err.write(event.type === 'run.completed' ? `${summary(event.result)}\n` : explain(event.result));
      }
    },
    end: () => err.flush(),
  };

  function before(event: Event): readonly string[] {
    // The text of a turn that calls no tool is the step's output.
    if (event.type === 'turn.completed' && event.tool_calls.length > 0) return quoted(event.text, '|', paint);
    if (event.type !== 'step.completed' && event.type !== 'step.failed') return [];
    const thought = reasoning.get(event.step);
    reasoning.delete(event.step);
    return [
      ...(thought === undefined ? [] : quoted(thought, '~', paint)),
      ...(event.type === 'step.completed' && !final.has(event.step) ? quoted(event.output, '|', paint) : []),
    ];
  }
}

function more(event: Event): string | undefined {
  switch (event.type) {
    case 'step.started':
      return `${oneLine(event.step)}: started (${about(event)})`;
    case 'turn.started':
      return `${oneLine(event.step)}: asks ${oneLine(event.model)}`;
    case 'objective.checked':
      return `${oneLine(event.step)}: ${oneLine(event.condition)} is ${event.met}`;
    case 'memory.read':
      return `memory ${oneLine(event.namespace)}: read ${keys(event.keys)}`;
    case 'memory.written':
      return `memory ${oneLine(event.namespace)}: ${event.committed ? 'written' : 'staged'} ${keys(event.keys)}`;
    default:
      return undefined;
  }
}

function keys(names: readonly string[]): string {
  return names.length === 0 ? 'no keys' : names.map(oneLine).join(', ');
}

/** Text of a model, every line marked: none of it can be taken for a line of ours. */
function quoted(text: string, mark: string, paint: Paint): readonly string[] {
  if (text.trim() === '') return [];
  return sanitize(text)
    .trimEnd()
    .split('\n')
    .map((line) => `  ${paint.dim(`${mark} ${line}`)}`);
}
