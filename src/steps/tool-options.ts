import { z } from 'zod';
import type { Binding } from '../core/step.ts';
import { duration } from '../lib/duration.ts';

/** Names or patterns of tools, as a step lists them. */
export const toolPatterns = () => z.array(z.string().min(1));

export const toolChoice = () =>
  z.enum(['auto', 'required', 'none']).describe('whether the model may, must or may not call a tool; by default it may');

export const fallback = () =>
  z
    .array(z.string().min(1))
    .min(1)
    .describe('who answers when the model fails after its attempts, in order: provider/model, or names from "models"');

export const idleTimeout = () =>
  duration().describe('the longest silence within an answer of the model, such as 30s; by default 60s');

/** Options about tools on a step that has none would do nothing. */
export function refuseWithoutTools<K extends 'tool_choice' | 'max_steps'>(
  options: { readonly tools?: readonly string[] | undefined } & { readonly [key in K]?: unknown },
  keys: readonly K[],
  binding: Binding,
): void {
  if (options.tools !== undefined && options.tools.length > 0) return;
  for (const key of keys) {
    if (options[key] === undefined) continue;
    binding.problem([key], { code: 'PC1405', message: `"${key}" does nothing without "tools"`, help: 'add tools: [name, …]' });
  }
}
