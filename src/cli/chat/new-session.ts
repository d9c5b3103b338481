import type { Io } from '../../core/io.ts';

/** The name of a new conversation: when it began, and two letters in case another one begins in the same second. */
export function newSession({ clock, random }: Pick<Io, 'clock' | 'random'>): string {
  const [date = '', time = ''] = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  const letter = (): string => String.fromCharCode(97 + Math.floor(random() * 26));
  return `${date}-${time}-${letter()}${letter()}${letter()}`;
}
