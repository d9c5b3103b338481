import type { Message } from '../core/message.ts';
import type { ModelRequest } from '../core/model.ts';
import type { Turn } from '../core/step.ts';
import type { AgentTask } from './task.ts';

/** Asks for a summary of turns, within `room` characters; undefined when there is too little of it to be worth while. */
export function summaryRequest(
  { model, messages, idleTimeoutMs }: AgentTask,
  turns: readonly (readonly Message[])[],
  room: number,
): ModelRequest | undefined {
  const task = messages.at(-1)?.text ?? '';
  const left = room - SYSTEM.length - task.length - FRAME;
  if (left < LEAST) return undefined;
  const work = within(turns.flat().map(written), left).join('\n\n');
  return {
    system: SYSTEM,
    messages: [{ role: 'user', text: `${task}\n\nThe work so far:\n\n${work}\n\nSum up the work so far.` }],
    params: model.params,
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  };
}

const SYSTEM =
  'You keep the notes of an assistant that works with tools towards an objective. It goes on from your summary alone: keep every fact, number, name, path and identifier that may still be needed, what was tried and did not work, and what is left to do. Plain text, as short as that allows, nothing around it.';

/** Characters: for the words around the turns, and the fewest of the turns that a summary is asked for. */
const FRAME = 200;
const LEAST = 2_000;

/** What stands for the turns from now on; undefined when the model gave none. */
export function summaryTurn({ text, finishReason }: Turn, room: number): Message[] | undefined {
  if (text.trim() === '' || finishReason === 'refusal' || finishReason === 'content_filter') return undefined;
  const kept = cut(text.trim(), Math.max(LEAST, Math.floor(room / 4)));
  return [{ role: 'user', text: `[Earlier turns, summed up to fit the context]\n${kept}` }];
}

function written(message: Message): string {
  if (message.role === 'tool') return `${message.isError ? 'Failed' : 'Answered'}: ${message.text}`;
  if (message.role !== 'assistant') return message.text;
  const calls = (message.toolCalls ?? []).map(({ name, arguments: args }) => `Called ${name} with ${args}`);
  return [message.text, ...calls].filter((part) => part !== '').join('\n');
}

/** The longest are cut, all to the same length, until they fit together. */
function within(texts: readonly string[], room: number): readonly string[] {
  const lengths = texts.map(({ length }) => length).sort((a, b) => a - b);
  let left = room - 2 * texts.length;
  for (const [index, length] of lengths.entries()) {
    const share = Math.floor(left / (lengths.length - index));
    if (length > share) return texts.map((text) => cut(text, Math.max(0, share)));
    left -= length;
  }
  return texts;
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const mark = '\n[cut here]';
  return `${text.slice(0, Math.max(0, most - mark.length)).replace(/[\uD800-\uDBFF]$/, '')}${mark}`;
}
