/** Colours a text for a terminal, or leaves it as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

export type ColorLevel = 0 | 1 | 2 | 3;

export interface ColorChoice {
  /** `--color`. */
  readonly flag?: 'auto' | 'always' | 'never' | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the user's configuration says; the environment goes over it. */
  readonly config?: 'auto' | 'always' | 'never' | undefined;
  readonly isTTY: boolean;
}

/**
 * Decides once whether a stream gets colours, and how many: `--color`, `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`,
 * `TERM=dumb`, the configuration, then whether it is a terminal. Chalk's own detection is not used: it ignores `NO_COLOR`.
 */
export function colorLevel({ flag, env, config, isTTY }: ColorChoice): ColorLevel {
  if (flag === 'always') return depthOf(env);
  if (flag === 'never') return 0;
  if (env.NO_COLOR) return 0;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forcedLevel(forced, env);
  if (env.CLICOLOR_FORCE !== undefined && env.CLICOLOR_FORCE !== '' && env.CLICOLOR_FORCE !== '0') return depthOf(env);
  if (env.CLICOLOR === '0' || env.TERM === 'dumb') return 0;
  if (config === 'always') return depthOf(env);
  if (config === 'never') return 0;
  return isTTY ? depthOf(env) : 0;
}

/** `level` 0 gives plain text without loading anything. */
export async function openPaint(level: ColorLevel): Promise<Paint> {
  if (level === 0) return PLAIN;
  const { Chalk } = await import('chalk');
  return new Chalk({ level });
}

const same = (text: string): string => text;

export const PLAIN: Paint = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same };

function forcedLevel(value: string, env: ColorChoice['env']): ColorLevel {
  if (value === '0' || value === 'false') return 0;
  if (value === '1' || value === '2' || value === '3') return Number(value) as ColorLevel;
  return depthOf(env);
}

function depthOf(env: ColorChoice['env']): ColorLevel {
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 3;
  return env.TERM?.includes('256') === true ? 2 : 1;
}
