import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { ChainError, Failure, recordOf, UsageError } from '../core/errors.ts';
import { EXIT } from '../core/exit-code.ts';
import type { Io } from '../core/io.ts';
import { fileCause } from '../lib/file-cause.ts';
import { annotations, errorAnnotation } from '../terminal/github.ts';
import { type Output, openOutput } from '../terminal/output.ts';
import { colorLevel, openPaint, type Paint, PLAIN } from '../terminal/paint.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Call, CommandWords } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { explain } from './explain.ts';
import { globalsFrom } from './globals.ts';
import { ioFrom, workingDir } from './io.ts';
import { exitOf, leave, stdoutFailure } from './leave.ts';
import { logged, openLogFile } from './log-file.ts';
import { helpFor, parseArguments, type Request } from './parser.ts';
import { pathsFrom } from './paths.ts';
import { createRedactor, secretsOf } from './redact.ts';
import { formatIn } from './run/format.ts';
import { noSettings, readSettings } from './settings.ts';
import { rootHelp } from './usage.ts';

/** Runs the command the arguments name, prints what it throws and ends the process. `answer` is a text to print instead. */
export async function runProgram(process: NodeJS.Process, answer?: string): Promise<never> {
  const out = openOutput(1, () => process.stdout);
  const err = openOutput(2, () => process.stderr);
  const shown: Shown = { err, paint: PLAIN, debug: process.argv.includes('--debug'), cwd: '', env: process.env };
  process.on(
    'uncaughtException',
    (error) => void fail(error, shown, process, out).then((code) => leave(process, out, err, code)),
  );
  let code: number;
  try {
    code = answer === undefined ? await dispatch(process, out, shown) : await print(out, answer);
    if (code === EXIT.ok && out.error !== undefined && out.error.code !== 'EPIPE') throw stdoutFailure(out.error);
  } catch (error) {
    code = await fail(error, shown, process, out);
  }
  return leave(process, out, err, code);
}

/** How errors are shown; filled in as the command line becomes known. */
interface Shown {
  command?: string;
  /** Stderr, and the log file once there is one. */
  err: Output;
  /** With what `.env` gave: its keys are secrets too. */
  env: Io['env'];
  paint: Paint;
  debug: boolean;
  cwd: string;
}

async function dispatch(process: NodeJS.Process, out: Output, shown: Shown): Promise<number> {
  shown.paint = await openPaint(colorLevel({ flag: colorIn(process.argv), env: process.env, isTTY: shown.err.isTTY }));
  const request = await parseArguments(process.argv.slice(2), (name) => {
    shown.command = name;
  });
  if ('text' in request) return print(out, request.text);

  const call = await openCall(process, request, out, shown);
  Object.assign(shown, { paint: call.paint, cwd: call.io.cwd, env: call.io.env });
  if (request.command.run === undefined)
    throw new Failure('the command has nothing to run', { code: 'PC0001', reason: 'internal' });
  if (!asksForJson(call)) await warn(call);
  const code = await request.command.run(call);
  await out.flush();
  return code;
}

async function openCall(
  process: NodeJS.Process,
  request: Exclude<Request, { text: string }>,
  out: Output,
  shown: Shown,
): Promise<Call> {
  const globals = globalsFrom(request.options);
  if (globals.quiet && globals.verbose) throw new UsageError('--quiet and --verbose cannot both be given');
  if (request.command.bare && typeof globals.envFile === 'string') {
    throw new UsageError('--env-file does not apply: this command reads no environment file');
  }
  const cwd = enterDir(process, globals.dir);
  // A run writes its log itself: it has more to say there than on stderr.
  const logsItself = shown.command === 'run' || shown.command === 'chat';
  if (globals.logFile !== undefined && !logsItself) shown.err = logged(shown.err, openLogFile(globals.logFile, Date));
  const { err } = shown;
  // Of the process's own environment: `.env` belongs to the project and does not move the user's folders.
  const paths = pathsFrom(process.env, cwd);
  const settings = request.command.bare
    ? noSettings(process.env)
    : await readSettings({ env: process.env, cwd, configDir: paths.config, envFile: globals.envFile });
  const { env } = settings;
  return {
    io: ioFrom(process, { env, cwd }),
    globals,
    paths,
    settings,
    args: request.args,
    options: request.options,
    out,
    err,
    paint: await openPaint(
      colorLevel({ flag: globals.color, env: process.env, config: settings.config.color, isTTY: err.isTTY }),
    ),
    // Asked of the descriptor: process.stdin would open it.
    interactive: globals.interactive && err.isTTY && isatty(0),
    pages: { commands: COMMANDS.map(({ name }) => name), root: rootHelp, of: helpFor, words: commandWords },
    process,
  };
}

/** With JSON, or another form for programs, on stdout, stderr stays empty for `2>&1 | jq`: a run puts the warnings into its result instead. */
function asksForJson({ options, err, globals }: Call): boolean {
  const json =
    options.json === true ||
    options.jsonl === true ||
    /json|sarif|github/.test(String(options.outputFormat ?? options.format ?? ''));
  return json && !err.isTTY && !globals.verbose;
}

async function warn({ settings, err, paint, globals }: Call): Promise<void> {
  if (globals.quiet) return;
  for (const warning of settings.warnings) await err.write(`${paint.yellow('warning')}: ${sanitize(warning)}\n`);
}

async function commandWords(): Promise<readonly CommandWords[]> {
  return (await import('./completion/words.ts')).commandWords();
}

function enterDir(process: NodeJS.Process, dir: string | undefined): string {
  const cwd = workingDir(process);
  if (dir === undefined) return cwd;
  try {
    process.chdir(dir);
  } catch (cause) {
    throw new UsageError(`cannot enter the folder "${dir}": ${fileCause(cause)}`, { code: 'PC2009', cause });
  }
  return resolve(cwd, dir);
}

async function print(out: Output, text: string): Promise<number> {
  await out.write(text);
  await out.flush();
  return EXIT.ok;
}

/** Tells an error where it is looked for: in the JSON of a run, or on stderr, and in GitHub Actions on the page of the job. */
async function fail(error: unknown, shown: Shown, { argv }: NodeJS.Process, out: Output): Promise<number> {
  const { env, err } = shown;
  const redact = createRedactor(secretsOf(env, [])).text;
  const format = shown.command === 'run' ? formatIn(argv) : 'text';
  if (format !== 'text') {
    const { failureText } = await import('./run/failure.ts');
    await out.write(redact(failureText(error, format, { runId: '', chain: { name: '', file: '', sha256: '' } })));
    await out.flush();
    if (!err.isTTY && !shown.debug && out.error === undefined) return exitOf(error);
  }
  await err.write(redact(explain(error, shown)));
  if (env.GITHUB_ACTIONS === 'true' || argv.includes('--github')) await err.write(redact(annotationsOf(error, shown.cwd)));
  return exitOf(error);
}

function annotationsOf(error: unknown, cwd: string): string {
  return error instanceof ChainError ? annotations(error.problems, cwd) : errorAnnotation(recordOf(error));
}

/** The value of `--color` when the command line cannot be parsed as a whole. */
function colorIn(argv: readonly string[]): 'always' | 'never' | undefined {
  const at = argv.indexOf('--color');
  const value = at === -1 ? argv.find((argument) => argument.startsWith('--color='))?.slice('--color='.length) : argv[at + 1];
  return value === 'always' || value === 'never' ? value : undefined;
}
