import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { StepError } from '../core/errors.ts';

export interface ProcessOptions {
  /** Program and arguments; no shell is put between. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: string;
  readonly signal: AbortSignal;
}

export interface RunningProcess {
  /** stdout as it comes, whole UTF-8 characters. */
  output(): AsyncGenerator<string, void>;
  /** stderr by the line. Read it: a full pipe would stop the process. */
  log(): AsyncGenerator<string, void>;
  /** After both were read: resolves when the process ended well, throws `StepError` (`command`) when it did not. */
  done(): Promise<void>;
}

const LARGEST_OUTPUT = 64 * 1024 * 1024;
const LAST_LINES = 20;
const GRACE_MS = 500;

/**
 * Runs a program in a process group of its own. When the signal aborts, the group is asked to end and after half a second
 * made to, so nothing it started stays behind.
 */
export function runProcess(options: ProcessOptions): RunningProcess {
  const [program = '', ...args] = options.command;
  options.signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const ended = endOf(child, program, options);
  const stopKilling = killOnAbort(child, options.signal);
  child.stdin.on('error', () => undefined); // a command need not read its input
  child.stdin.end(options.stdin);
  const lastLines: string[] = [];

  return {
    output: () => decode(child, program),
    async *log() {
      for await (const line of linesOf(child.stderr)) {
        lastLines.push(line);
        if (lastLines.length > LAST_LINES) lastLines.shift();
        yield line;
      }
    },
    async done() {
      const end = await ended.finally(stopKilling);
      options.signal.throwIfAborted();
      if (end.error !== undefined) throw notStarted(program, options.cwd, end.error);
      if (end.code !== 0) throw endedBadly(program, end, lastLines);
    },
  };
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: NodeJS.ErrnoException;
}

function endOf(child: ChildProcessWithoutNullStreams, _program: string, _options: ProcessOptions): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function killOnAbort(child: ChildProcessWithoutNullStreams, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    killGroup(child, 'SIGTERM');
    timer = setTimeout(() => {
      killGroup(child, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    }, GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) killGroup(child, 'SIGKILL');
  };
}

function killGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended already.
  }
}

async function* decode(child: ChildProcessWithoutNullStreams, program: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let size = 0;
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_OUTPUT) throw tooMuch(program);
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') yield text;
    }
    decoder.decode();
  } catch (error) {
    killGroup(child, 'SIGKILL');
    if (!(error instanceof TypeError)) throw error;
    throw new StepError(`the output of "${program}" is not UTF-8 text`, {
      code: 'PC7104',
      reason: 'command',
      help: 'encode it in the command, for example with: base64',
      cause: error,
    });
  }
}

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) yield line.slice(0, LONGEST_LINE).replace(/\r$/, '');
  }
  if (rest !== '') yield rest;
}

const LONGEST_LINE = 10_000;

function notStarted(program: string, cwd: string, error: NodeJS.ErrnoException): StepError {
  const missing = error.code === 'ENOENT';
  return new StepError(missing ? `cannot start "${program}": not found` : `cannot start "${program}": ${error.message}`, {
    code: 'PC7102',
    reason: 'command',
    help: missing ? `install it, or check the PATH and that the folder exists: ${cwd}` : undefined,
    cause: error,
  });
}

function endedBadly(program: string, end: End, lastLines: readonly string[]): StepError {
  const how = end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
  const words = lastLines.join('\n').trim();
  return new StepError(`the command failed with ${how}${words === '' ? '' : `\n${words}`}`, {
    code: 'PC7101',
    reason: 'command',
    help: words === '' ? `it wrote nothing to stderr; program: ${program}` : undefined,
  });
}

function tooMuch(program: string): StepError {
  return new StepError(`the output of "${program}" is larger than ${LARGEST_OUTPUT / 1024 / 1024} MiB`, {
    code: 'PC7103',
    reason: 'command',
    help: 'write it to a file in the command and print the name',
  });
}
