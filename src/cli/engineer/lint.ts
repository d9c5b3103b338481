import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { LintFinding } from '../../engineer/lint/lint.ts';
import type { Paint } from '../../terminal/paint.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Verb } from '../command.ts';
import { counted } from '../improve/counted.ts';
import type { Target } from '../improve/targets.ts';

export const linting: Verb = {
  name: 'lint',
  summary: 'what can be seen of a prompt without a model',
  examples: [
    { command: 'promptchain engineer lint prompts/*.md', note: 'exit 5 at a finding that is medium or high' },
    { command: 'promptchain engineer lint chain.yaml', note: 'the prompts of all steps' },
    { command: 'promptchain engineer lint - --json < prompt.md', note: 'for another program' },
  ],
  configure(parser) {
    parser.argument('<target...>', 'prompt files, chain.yaml, chain.yaml#step, or - for stdin');
    parser.option('--json', 'print one JSON object');
  },
  async run(call) {
    const { args, options, out, err, globals, paint } = call;
    if (args.filter((word) => word === '-').length > 1) throw new UsageError('stdin (-) can be read only once');
    const [{ targetsOf }, { lint }] = await Promise.all([import('../improve/targets.ts'), import('../../engineer/lint/lint.ts')]);
    const targets = (await Promise.all(args.map((word) => targetsOf(call, word)))).flat();
    const results = targets.map((target) => ({ target, findings: lint(target.text, target.context) }));
    const all = results.flatMap(({ findings }) => findings);
    const exitCode = all.some(({ severity }) => severity !== 'low') ? EXIT.notMet : EXIT.ok;
    if (options.json === true) {
      const prompts = results.map(({ target, findings }) => ({
        target: target.name,
        findings: findings.map((finding) => ({ line: lineOf(target, finding), ...finding })),
      }));
      await out.write(`${JSON.stringify({ schema: 'promptchain.lint.v1', exit_code: exitCode, prompts }, null, 2)}\n`);
      return exitCode;
    }
    for (const { target, findings } of results)
      for (const finding of findings) await out.write(told(target, finding, out.isTTY ? paint : undefined));
    if (!globals.quiet) await err.write(`${counted(targets.length, 'prompt')}, ${counted(all.length, 'finding')}\n`);
    return exitCode;
  },
};

function told(target: Target, finding: LintFinding, paint: Paint | undefined): string {
  const { severity, problem, fix, quote, rule } = finding;
  const loud = severity === 'high' ? paint?.red(severity) : severity === 'medium' ? paint?.yellow(severity) : undefined;
  const line = lineOf(target, finding);
  const place = `${target.name}${line === null ? '' : `:${line}`}`;
  const shown = quote === '' ? '' : `: ${JSON.stringify(quote.split('\n')[0])}`;
  return `${sanitize(place)}: ${loud ?? severity} ${sanitize(`${problem}${shown}; ${fix} (${rule})`)}\n`;
}

/** The line of the prompt, from 1. */
function lineOf({ text }: Target, { quote }: LintFinding): number | null {
  const at = quote === '' ? -1 : text.indexOf(quote);
  return at === -1 ? null : text.slice(0, at).split('\n').length;
}
