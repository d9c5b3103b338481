import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Json } from '../core/json.ts';

export interface FunctionCall {
  /** The absolute path of a module, or its text as a `data:` address. */
  readonly path: string;
  readonly name: string;
  /** A text; of a tool, its arguments. */
  readonly input: Json;
  readonly context: Json;
}

export type FunctionAnswer =
  | { readonly text: string }
  | { readonly json: string }
  | { readonly code: string; readonly problem: string; readonly help?: string };

/**
 * Calls an exported function in a thread of its own; yields what it writes to the console, by the line. The thread can be
 * ended whatever it does, its console is not our stdout, and its state ends with the call.
 */
export async function* callInWorker(
  call: FunctionCall,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): AsyncGenerator<string, FunctionAnswer> {
  signal.throwIfAborted();
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: { ...call, url: call.path.startsWith('data:') ? call.path : pathToFileURL(call.path).href },
    env: { ...env } as NodeJS.Dict<string> as NodeJS.ProcessEnv,
    stdout: true,
    stderr: true,
  });
  const lines = createLines();
  worker.stdout.setEncoding('utf8').on('data', lines.write);
  worker.stderr.setEncoding('utf8').on('data', lines.write);
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  const answer = answerOf(worker).finally(lines.end);
  try {
    yield* lines.read();
    const result = await answer;
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function answerOf(worker: Worker): Promise<FunctionAnswer> {
  return new Promise((resolve) => {
    let answer: FunctionAnswer | undefined;
    worker.once('message', (message: FunctionAnswer) => {
      answer = message;
    });
    worker.once('error', (error) => {
      answer ??= { code: 'PC7201', problem: `failed: ${error.message}` };
    });
    worker.once('exit', (code) => {
      resolve(answer ?? { code: 'PC7204', problem: `ended its thread (exit code ${code}) before it returned` });
    });
  });
}

interface Lines {
  readonly write: (text: string) => void;
  readonly end: () => void;
  read(): AsyncGenerator<string, void>;
}

function createLines(): Lines {
  let rest = '';
  let isOver = false;
  const ready: string[] = [];
  let wake: (() => void) | undefined;
  return {
    write(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      ready.push(...lines);
      wake?.();
    },
    end() {
      if (rest !== '') ready.push(rest);
      rest = '';
      isOver = true;
      wake?.();
    },
    async *read() {
      while (true) {
        for (const line of ready.splice(0)) yield line;
        if (isOver && ready.length === 0) return;
        if (ready.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}

/**
 * The thread's own program, as text: a bundle has no second file to name. It runs as CommonJS and answers exactly once; the
 * value is made JSON in there, so that what cannot be is told where it was made.
 */
const WORKER = `
const { parentPort, workerData: call } = require('node:worker_threads');
const fail = (code, problem, help) => parentPort.postMessage({ code, problem, ...(help ? { help } : {}) });
const words = (error) => error instanceof Error ? error.name + ': ' + error.message : String(error);
(async () => {
  let loaded;
  try {
    loaded = await import(call.url);
  } catch (error) {
    return fail('PC7202', 'cannot be loaded: ' + words(error));
  }
  const work = loaded[call.name] ?? loaded.default?.[call.name];
  if (typeof work !== 'function') {
    const names = Object.keys(loaded).filter((name) => typeof loaded[name] === 'function');
    return fail('PC7202', 'is not an exported function', names.length ? 'exported functions: ' + names.join(', ') : 'the file exports no function');
  }
  let result;
  try {
    result = await work(call.input, call.context);
  } catch (error) {
    return fail('PC7201', 'failed: ' + words(error), error?.stack?.split('\\n').slice(1).find((line) => /file:/.test(line))?.trim());
  }
  if (typeof result === 'string') return parentPort.postMessage({ text: result });
  let json;
  try {
    json = JSON.stringify(result);
  } catch (error) {
    return fail('PC7203', 'returned something that is not JSON: ' + words(error));
  }
  if (json === undefined) return fail('PC7203', 'returned ' + typeof result, 'return a text, or a value that JSON can hold');
  parentPort.postMessage({ json });
})();
`;
