import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { guardText } from '../../chain/guard.ts';
import { type Parsed, parseYaml } from '../../chain/parse.ts';
import { createReport } from '../../chain/report.ts';
import { createSource } from '../../chain/source.ts';
import { ChainError, UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Problem } from '../../core/problem.ts';
import { fileCause } from '../../lib/file-cause.ts';
import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call, Command } from '../command.ts';
import { explainProblems } from '../explain.ts';
import { type Migrated, migrated, ORIGINS, type Origin, originOf } from '../migrate/convert.ts';
import { openFileOutput } from '../run/file-output.ts';
import { readStdin } from '../run/read-text.ts';
import { createChecker } from '../validate/check.ts';

export const migrate: Command = {
  examples: [
    {
      command: 'promptchain migrate recipe.yaml -o chain.yaml',
      note: 'a goose recipe as a chain; what does not map is a TODO in it',
    },
    { command: 'promptchain migrate workflow.yaml', note: 'a conductor workflow, to stdout' },
    {
      command: 'promptchain migrate old-chain.json --from original',
      note: 'a JSON chain of the original, whatever it looks like',
    },
  ],
  configure(parser) {
    parser.argument('<file>', 'the file to read; - is stdin');
    parser.option('-o, --output <file>', 'write the chain to a new file');
    parser.option('--force', 'replace the file if it is there');
    parser.addOption(new Option('--from <tool>', 'the tool the file is of; by default told by its keys').choices(ORIGINS));
  },
  async run(call) {
    const { args, options, io, out } = call;
    const [name = ''] = args;
    const target = options.output === undefined ? undefined : resolve(io.cwd, options.output);
    if (options.force === true && target === undefined) throw new UsageError('--force is given, but no --output');
    if (target !== undefined && options.force !== true && existsSync(target)) {
      throw new UsageError(`${options.output} is there already`, { code: 'PC2025', help: 'name another file, or add --force' });
    }
    const result = await convert(call, name);
    if (target === undefined) await out.write(result.text);
    else writeNew(target, result.text);
    return tell(call, { name, target: target ?? resolve(io.cwd, 'chain.yaml'), ...result });
  },
};

async function convert(call: Call, name: string): Promise<Migrated> {
  const { io, options } = call;
  const text = name === '-' ? await readStdin(io, MAX_BYTES) : await read(resolve(io.cwd, name));
  const { document } = parsed(name === '-' ? '<stdin>' : resolve(io.cwd, name), text);
  const origin = (options.from as Origin | undefined) ?? originOf(document);
  const result = origin === undefined ? undefined : migrated(text, document, origin);
  if (result !== undefined) return result;
  throw new UsageError(`${name} is not a file that can be migrated`, {
    code: 'PC2028',
    help: `it has the keys of no tool that is known; name one with --from: ${ORIGINS.join(', ')}`,
  });
}

const MAX_BYTES = 1024 * 1024;

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${fileCause(cause)}`, { code: 'PC2028', cause });
  }
}

/** JSON is YAML, and so is JSON with comments, trailing commas and Python's True. */
function parsed(file: string, text: string): Parsed {
  const problems: Problem[] = [];
  const report = createReport(createSource(file, text), problems);
  const document = guardText(report, Buffer.byteLength(text)) === undefined ? undefined : parseYaml(report);
  if (document === undefined || problems.length > 0) throw new ChainError(problems, new Map([[file, text]]));
  return document;
}

function writeNew(target: string, text: string): void {
  const file = openFileOutput(target);
  try {
    void file.write(text);
    file.commit();
  } finally {
    file.discard();
  }
}

/** What was not carried over, and what the chain still needs before it can run. */
async function tell(call: Call, { name, target, text, todos }: Migrated & { name: string; target: string }): Promise<number> {
  const { err, paint, io } = call;
  for (const { line, message } of todos) await err.write(`${paint.yellow('todo')}: ${sanitize(`${name}:${line}: ${message}`)}\n`);
  const { problems, sources } = createChecker(call).checkText(target, text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return EXIT.ok;
  const count = errors.length === 1 ? 'one thing is' : `${errors.length} things are`;
  await err.write(
    `${explainProblems(errors, sources, { paint, cwd: io.cwd })}\n${count} left to do in ${displayPath(target, io.cwd)}\n`,
  );
  return EXIT.invalid;
}
