import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Runnable } from './what-runs.ts';

/** What would be run, a line each, for people to judge. */
export function listing(runnables: readonly Runnable[], cwd: string): string {
  const files = new Set(runnables.map(({ file }) => file));
  const shown = runnables.slice(0, MOST_LINES).map(({ what, file, name, text }) => {
    const place = files.size > 1 ? `${displayPath(file, cwd)}: ` : '';
    return `  ${what.padEnd(8)} ${place}${oneLine(name)}: ${cut(oneLine(text))}`;
  });
  const more = runnables.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}

const MOST_LINES = 40;
const LONGEST_TEXT = 500;

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text;
}

/** Line breaks stay visible: nothing of a command hides below the edge of the screen. */
function oneLine(text: string): string {
  return sanitize(text).trimEnd().replaceAll('\n', ' ⏎ ');
}
