import { Option } from 'commander';
import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Call, Command } from '../command.ts';
import { type Checked, createChecker } from '../validate/check.ts';
import { fixFile } from '../validate/fix.ts';
import { machineText, printReport, type Report, reportOf } from '../validate/report.ts';

export const validate: Command = {
  examples: [
    { command: 'promptchain validate chain.yaml', note: 'every problem of a file; calls no model and no server' },
    { command: 'promptchain validate chains/*.yaml --strict', note: 'several files; warnings count as errors' },
    { command: 'promptchain validate chain.yaml --fix', note: 'mend what has one obvious remedy' },
    { command: 'cat chain.yaml | promptchain validate - --format json', note: 'from stdin, for another program' },
    { command: 'promptchain validate chains/*.yaml --format sarif > chains.sarif', note: 'for code scanning' },
  ],
  configure(parser) {
    parser.argument('<chain...>', 'chain files; - is stdin');
    parser.option('--fix', 'write the remedies into the files, then check them again');
    parser.option('--strict', 'warnings count as errors');
    parser.addOption(
      new Option('--format <format>', 'how to print what is found').choices(['text', 'json', 'sarif', 'github']).default('text'),
    );
  },
  async run(call) {
    const { args, options, out } = call;
    refuseContradictions(args, options.fix === true);
    const checker = createChecker(call);
    const reports: Report[] = [];
    for (const name of args) {
      const checked = await checker.check(name);
      const fixed = options.fix === true ? await fixFile(checked, checker) : { checked, fixed: [] };
      const report = reportOf({ ...fixed, checked: await withTests(fixed.checked, call) }, call);
      if (options.format === 'text') await printReport(report, call);
      reports.push(report);
    }
    const code = reports.every(({ valid }) => valid) ? EXIT.ok : EXIT.invalid;
    if (options.format !== 'text') await out.write(await machineText(reports, call, code));
    return code;
  },
};

/** Loads what reads cases only for a chain that has some. */
async function withTests(checked: Checked, call: Call): Promise<Checked> {
  if (checked.chain?.tests === undefined) return checked;
  return (await import('../validate/cases.ts')).withCases(checked, call);
}

function refuseContradictions(names: readonly string[], fix: boolean): void {
  if (names.includes('')) throw new UsageError('the name of a chain file is empty');
  const stdin = names.filter((name) => name === '-').length;
  if (stdin > 1) throw new UsageError('stdin (-) can be checked only once');
  if (fix && stdin > 0) throw new UsageError('--fix writes files: it does not go with stdin (-)');
}
