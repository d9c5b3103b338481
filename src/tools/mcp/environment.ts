import type { Io } from '../../core/io.ts';

/**
 * The variables a server gets: those the MCP SDK takes for safe, of which none holds a key, and what its entry says. Values
 * that are shell functions are left out.
 */
export function serverEnvironment(
  env: Io['env'],
  own: { readonly [name: string]: string },
  safe: readonly string[],
): Readonly<Record<string, string>> {
  const passed = safe.flatMap((name) => {
    const value = env[name];
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...own };
}
