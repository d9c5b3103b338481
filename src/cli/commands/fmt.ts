import { formatYaml } from '../../chain/format.ts';
import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call, Command } from '../command.ts';
import { explainProblems } from '../explain.ts';
import { replaceText } from '../replace-text.ts';
import { unifiedDiff } from '../unified-diff.ts';
import { type Checked, createChecker } from '../validate/check.ts';

export const fmt: Command = {
  examples: [
    { command: 'promptchain fmt chain.yaml', note: 'lay out a file: indentation, spaces, blank lines; nothing of its meaning' },
    { command: 'promptchain fmt --check chains/*.yaml', note: 'name the files that would change, and exit with 1' },
    { command: 'promptchain fmt --diff chain.yaml', note: 'show what would change' },
    { command: 'promptchain fmt - < chain.yaml', note: 'from stdin to stdout, for an editor' },
  ],
  configure(parser) {
    parser.argument('<chain...>', 'chain files; - is stdin');
    parser.option('--check', 'write nothing; exit with 1 when a file would change');
    parser.option('--diff', 'write nothing; print what would change');
  },
  async run(call) {
    const { args, options, out } = call;
    refuseContradictions(args);
    const checker = createChecker(call);
    let [changed, broken] = [false, false];
    for (const name of args) {
      const checked = await checker.check(name);
      const before = checked.sources.get(checked.file) ?? '';
      if (await tellUnreadable(checked, call)) {
        broken = true;
        continue;
      }
      const after = formatYaml(before) ?? (await leaveAlone(checked, before, call));
      changed ||= after !== before;
      if (options.diff === true) await out.write(await unifiedDiff(name, before, after));
      else if (options.check === true) await out.write(after === before ? '' : `${name}\n`);
      else if (name === '-') await out.write(after);
      else if (after !== before) {
        await replaceText(checked.file, before, after);
        if (!call.globals.quiet) await call.err.write(`formatted ${displayPath(checked.file, call.io.cwd)}\n`);
      }
    }
    if (broken) return EXIT.invalid;
    return changed && options.check === true ? EXIT.failed : EXIT.ok;
  },
};

function refuseContradictions(names: readonly string[]): void {
  if (names.includes('')) throw new UsageError('the name of a chain file is empty');
  if (names.filter((name) => name === '-').length > 1) throw new UsageError('stdin (-) can be laid out only once');
}

/** A file that is not YAML has no layout; any other mistake is no hindrance. */
async function tellUnreadable({ file, problems, sources }: Checked, { err, paint, io }: Call): Promise<boolean> {
  const found = problems.filter(({ code, position }) => UNREADABLE.test(code) && position.file === file);
  if (found.length > 0) await err.write(`${explainProblems(found, sources, { paint, cwd: io.cwd })}\n`);
  return found.length > 0;
}

const UNREADABLE = /^PC100[1-5]$/;

async function leaveAlone({ file }: Checked, text: string, { err, paint, io }: Call): Promise<string> {
  const name = displayPath(file, io.cwd);
  await err.write(`${paint.yellow('warning')}: ${name} is left as it is: it holds YAML that cannot be laid out safely\n`);
  return text;
}
