import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { EXIT } from '../../core/exit-code.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Verb } from '../command.ts';
import { writeFindings } from '../optimize/findings.ts';
import { runFolder } from '../optimize/run-folder.ts';

const FORMATS = ['html', 'md', 'json'] as const;

export const report: Verb = {
  name: 'report',
  summary: 'write the reports of an optimisation anew: HTML, Markdown and JSON',
  examples: [
    { command: 'promptchain engineer report last', note: 'prints where they are' },
    { command: 'promptchain engineer report last --format md | gh pr comment -F -', note: 'prints one of them' },
  ],
  configure(parser) {
    parser
      .argument('<run>', 'an id, the beginning of one, last, or the folder of the run')
      .addOption(new Option('--format <format>', 'print this one').choices(FORMATS));
  },
  async run(call) {
    const { out, io, options } = call;
    const folder = runFolder(call, call.args[0] ?? '');
    writeFindings(call, folder);
    if (options.format !== undefined) await out.write(readFileSync(join(folder, `report.${options.format}`), 'utf8'));
    else for (const format of FORMATS) await out.write(`${displayPath(join(folder, `report.${format}`), io.cwd)}\n`);
    return EXIT.ok;
  },
};
