import type { Output } from './output.ts';
import type { ColorLevel } from './paint.ts';

/** The sign that something is going on, on the last line of a terminal. */
export interface Spinner {
  show(text: string): void;
  /** Takes the line away, so that something can be written in its place. */
  hide(): void;
  /** For good. */
  close(): void;
}

/**
 * Ora on a stream that has been checked: it loops for ever where a terminal reports no columns, and colours what is not a
 * terminal. Stdin stays untouched, so Ctrl-C goes on being a signal.
 */
export async function openSpinner(stream: NodeJS.WriteStream, level: ColorLevel): Promise<Spinner> {
  const [{ default: ora }, { default: chalk }] = await Promise.all([import('ora'), import('chalk')]);
  chalk.level = level;
  const spinner = ora({ stream, discardStdin: false, isEnabled: true, spinner: 'line', color: level === 0 ? false : 'cyan' });
  const resized = (): void => {
    if (!stream.columns) spinner.stop();
  };
  stream.on('resize', resized);
  const hide = (): void => {
    if (spinner.isSpinning) spinner.stop();
  };
  return {
    show(text) {
      if (!stream.columns) return;
      spinner.text = text.slice(0, Math.max(1, stream.columns - 4));
      if (!spinner.isSpinning) spinner.start();
    },
    hide,
    close() {
      hide();
      stream.off('resize', resized);
    },
  };
}

export const NO_SPINNER: Spinner = { show: () => undefined, hide: () => undefined, close: () => undefined };

/** True where a spinner can turn: a terminal that knows its width and obeys control sequences. */
export function canSpin(err: Output, stream: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>): boolean {
  return err.isTTY && Boolean(stream.columns) && env.TERM !== 'dumb';
}
