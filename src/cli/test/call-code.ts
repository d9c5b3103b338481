import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StepError } from '../../core/errors.ts';
import type { Io } from '../../core/io.ts';
import type { Json } from '../../core/json.ts';
import type { Code, World } from '../../eval/world.ts';
import { callInWorker, type FunctionAnswer } from '../../lib/function-worker.ts';

/** Runs JavaScript of a dataset in a thread of its own, as function steps are; what it writes to the console is lost. */
export function codeCaller({ env }: Pick<Io, 'env'>): World['call'] {
  return async (code, [output, context], signal) => {
    const limit = AbortSignal.timeout(LONGEST_MS);
    const call = { ...moduleOf(code), input: output, context };
    const lines = callInWorker(call, env, AbortSignal.any([signal, limit]));
    try {
      let next = await lines.next();
      while (!next.done) next = await lines.next();
      return resultOf(next.value, code);
    } catch (error) {
      signal.throwIfAborted();
      if (!limit.aborted) throw error;
      throw failed(`took longer than ${LONGEST_MS / 1000} s`);
    }
  };
}

const LONGEST_MS = 60_000;

/** A body becomes a module of its own, whose `require` looks beside the dataset. */
function moduleOf(code: Code): { readonly path: string; readonly name: string } {
  if ('file' in code) return { path: code.file, name: code.name };
  const base = JSON.stringify(pathToFileURL(join(code.dir, 'dataset')).href);
  const text = [
    "import { createRequire } from 'node:module';",
    `const require = createRequire(${base});`,
    `export async function check(output, context) {\n${code.body}\n}`,
  ].join('\n');
  return { path: `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`, name: 'check' };
}

function resultOf(answer: FunctionAnswer, code: Code): Json {
  if ('text' in answer) return answer.text;
  if ('json' in answer) return JSON.parse(answer.json) as Json;
  throw failed(`${'file' in code ? `${code.file} ` : ''}${answer.problem}`);
}

function failed(message: string): StepError {
  return new StepError(message, { code: 'PC1512', reason: 'function' });
}
