import { dirname, resolve } from 'node:path';
import type { Json, JsonObject } from '../core/json.ts';
import type { Subject } from './assertions/kind.ts';
import type { Code } from './world.ts';

/** The JavaScript a dataset writes: `file://check.mjs:name`, an expression, or, over several lines, the body of a function. */
export function codeOf(value: Json | undefined, file: string): Code | { readonly problem: string } {
  if (typeof value !== 'string' || value.trim() === '') return { problem: 'needs JavaScript as its value' };
  const [, path, name = 'default'] = /^file:\/\/(.+?)(?::([A-Za-z_$][\w$]*))?$/.exec(value.trim()) ?? [];
  if (path !== undefined) {
    if (!/\.(mjs|js|cjs)$/.test(path)) return { problem: `names "${path}": write it in a .mjs, .js or .cjs file` };
    return { file: resolve(dirname(file), path), name };
  }
  return bodyOf(value.trim(), dirname(file));
}

/** What JavaScript of a dataset gets as its second argument. */
export function contextOf({ case: { vars, description, metadata }, assertion, answer }: Subject): JsonObject {
  const { config = {} } = assertion;
  const test = { vars, metadata, ...(description === undefined ? {} : { description }) };
  return {
    vars,
    test,
    config,
    metadata,
    steps: answer.steps as unknown as JsonObject,
    latencyMs: answer.latencyMs,
    cost: answer.costUsd,
  };
}

function bodyOf(code: string, dir: string): Code | { readonly problem: string } {
  const bodies = code.includes('\n')
    ? [code, `return (${code}\n)`]
    : [`return (${code.replace(/;+$/, '')}\n)`, ...lastReturned(code)];
  let problem: string | undefined;
  for (const body of bodies) {
    const wrong = syntaxError(body);
    if (wrong === undefined) return { body, dir };
    problem ??= wrong;
  }
  return { problem: `is not JavaScript: ${problem}` };
}

/** `const a = 1; a > 0`: the last expression is what the line gives. Semicolons inside texts are told by what else may stand there. */
function* lastReturned(code: string): Generator<string> {
  const line = code.replace(/[;\s]+$/, '');
  for (let at = line.lastIndexOf(';'); at !== -1; at = line.lastIndexOf(';', at - 1)) {
    const [head, tail] = [line.slice(0, at + 1), line.slice(at + 1)];
    if (syntaxError(`${head}\n)]}\n${tail}`) !== undefined) yield `${head} return (${tail}\n)`;
  }
  yield line;
}

const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;

/** Compiles it and runs nothing. */
function syntaxError(body: string): string | undefined {
  try {
    new AsyncFunction('output', 'context', body);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
