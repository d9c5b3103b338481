import type { ImproveEvent, ImproveOptions } from './improve.ts';

/** Asks a model, and tells that it answered. */
export async function* asked(
  { ports, signal }: ImproveOptions,
  role: 'judge' | 'improver',
  prompt: string,
  sample: number,
): AsyncGenerator<ImproveEvent, string> {
  const { text, calls, costUsd } = await ports.ask({ role, prompt, sample }, signal);
  yield { type: 'answer', role, calls, costUsd };
  return text;
}
