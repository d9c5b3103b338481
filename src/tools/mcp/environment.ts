import type { Io } from '../../core/io.ts';

/**
 * The variables a server gets: those the MCP SDK takes for safe, of which none holds a key, and what its entry says. Values
 * that are shell functions are left out.
 */
export function serverEnvironment(env: Io['env'], own: { readonly [name: string]: string }): Readonly<Record<string, string>> {
  const safe = process.platform === 'win32' ? SAFE_ON_WINDOWS : SAFE;
  const passed = safe.flatMap((name) => {
    const value = env[name];
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...own };
}

/** The SDK's lists, here because reading them there loads all of it, while the server could be starting. */
export const SAFE: readonly string[] = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];

const SAFE_ON_WINDOWS: readonly string[] = [
  ...['APPDATA', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PROCESSOR_ARCHITECTURE', 'SYSTEMDRIVE', 'SYSTEMROOT'],
  ...['TEMP', 'USERNAME', 'USERPROFILE', 'PROGRAMFILES'],
];
