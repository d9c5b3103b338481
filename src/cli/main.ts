import { writeSync } from 'node:fs';
import { packageVersion } from './package-dir.ts';
import { firstHelp, rootHelp } from './usage.ts';

/**
 * The program. The three answers that need no command (`promptchain`, `--version`, `--help`) load nothing: not commander,
 * not even Node's streams.
 */
export async function main(process: NodeJS.Process): Promise<void> {
  const answer = quickAnswer(process.argv.slice(2));
  const rest = answer === undefined ? undefined : writeAtOnce(answer);
  if (rest === '') return;
  const { runProgram } = await import('./program.ts');
  await runProgram(process, rest);
}

function quickAnswer(args: readonly string[]): string | undefined {
  const [only, ...more] = args;
  if (only === undefined) return firstHelp();
  if (more.length > 0) return undefined;
  if (only === '--version' || only === '-V') return `${packageVersion()}\n`;
  return only === '--help' || only === '-h' ? rootHelp() : undefined;
}

/** What stdout did not take (full pipe, gone reader, full disk): the streams then deal with it. ASCII only. */
function writeAtOnce(text: string): string {
  try {
    return text.slice(writeSync(1, text));
  } catch {
    return text;
  }
}
