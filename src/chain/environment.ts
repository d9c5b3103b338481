import type { Finding } from './report.ts';

/** A piece of a configuration text: literal, or the value of an environment variable. */
export type Piece = { readonly text: string; readonly offset: number } | { readonly value: string };

export interface Expanded {
  readonly pieces: readonly Piece[];
  /** The variables it reads. */
  readonly names: readonly string[];
  readonly problems: readonly (Trouble & { readonly offset: number; readonly length: number })[];
}

/** `unset` names the variable that the environment lacks, `why` is what the file says of that. */
type Trouble = Finding & { readonly unset?: string; readonly why?: string };

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Splits a configuration text at its `${VAR}`s, with the meaning docker compose gives them: `${V:-x}` and `${V-x}` default,
 * `${V:?m}` and `${V?m}` require, `${V:+x}` and `${V+x}` replace, `$$` is a dollar sign, an unset variable is empty and warned
 * about. `$VAR` without braces is text.
 */
export function expandVariables(source: string, env: Env): Expanded {
  const pieces: Piece[] = [];
  const names: string[] = [];
  const problems: (Trouble & { offset: number; length: number })[] = [];
  let from = 0;
  let at = source.indexOf('$');
  while (at !== -1) {
    const next = source[at + 1];
    if (next === '$') {
      pieces.push({ text: source.slice(from, at + 1), offset: from });
      from = at + 2;
    } else if (next === '{') {
      pieces.push({ text: source.slice(from, at), offset: from });
      const variable = readVariable(source, at, env);
      if (variable.problem !== undefined) problems.push({ ...variable.problem, offset: at, length: variable.end - at });
      pieces.push({ value: variable.value });
      if (variable.name !== undefined) names.push(variable.name);
      from = variable.end;
    }
    at = source.indexOf('$', Math.max(from, at + 1));
  }
  pieces.push({ text: source.slice(from), offset: from });
  return { pieces, names, problems };
}

export function joinPieces(pieces: readonly Piece[]): string {
  return pieces.map((piece) => ('text' in piece ? piece.text : piece.value)).join('');
}

const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])(.*))?$/s;

function readVariable(source: string, at: number, env: Env): { name?: string; value: string; end: number; problem?: Trouble } {
  const close = source.indexOf('}', at);
  const end = close === -1 ? source.length : close + 1;
  const parts = close === -1 ? null : VARIABLE.exec(source.slice(at + 2, close));
  const name = parts?.[1];
  if (name === undefined) {
    const help = `write \${NAME}, \${NAME:-default} or \${NAME:?message}; $$ is a dollar sign`;
    return { value: '', end, problem: { code: 'PC1113', message: 'this is not the name of an environment variable', help } };
  }
  const operator = parts?.[2] ?? '';
  const word = parts?.[3] ?? '';
  const given = env[name];
  const isSet = operator.startsWith(':') ? given !== undefined && given !== '' : given !== undefined;
  if (operator.endsWith('+')) return { name, value: isSet ? word : '', end };
  if (isSet) return { name, value: given ?? '', end };
  if (operator.endsWith('-')) return { name, value: word, end };
  return { name, value: '', end, problem: missing(name, operator, word) };
}

function missing(name: string, operator: string, word: string): Trouble {
  if (operator.endsWith('?')) {
    const message = `the environment variable ${name} is not set: ${word === '' ? 'it is required' : word}`;
    return { code: 'PC1113', message, unset: name, ...(word === '' ? {} : { why: word }) };
  }
  const help = `set it, or give a default: \${${name}:-…}`;
  return {
    code: 'PC1113',
    severity: 'warning',
    message: `the environment variable ${name} is not set: it is taken as empty`,
    help,
    unset: name,
  };
}
