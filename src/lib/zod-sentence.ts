import type { ZodError } from 'zod';

/** What is wrong with a value, as a sentence: each place with its fault. */
export function zodSentence({ issues }: Pick<ZodError, 'issues'>): string {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
}
