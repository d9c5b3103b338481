import { EXIT } from '../../core/exit-code.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { columns } from '../columns.ts';
import type { Call, Command } from '../command.ts';
import { type Examination, examine } from '../doctor/examine.ts';
import { createRedactor, secretsOf } from '../redact.ts';

export const doctor: Command = {
  examples: [
    {
      command: 'promptchain doctor',
      note: 'what is here, and what is wrong with it; of a key only the last characters are shown',
    },
    { command: 'promptchain doctor --json | jq .problems', note: 'for another program; exit code 1 when there are any' },
  ],
  bare: true,
  configure(parser) {
    parser.option('--json', 'print one JSON object');
  },
  async run(call) {
    const found = await examine(call);
    const { text: redact } = createRedactor(secretsOf(call.io.env, []));
    await call.out.write(redact(call.options.json === true ? `${JSON.stringify(found, null, 2)}\n` : textOf(found, call)));
    return found.ok ? EXIT.ok : EXIT.failed;
  },
};

function textOf(
  { version, node, platform, paths, config, keys, servers, auto, problems }: Examination,
  { globals }: Call,
): string {
  const rows = [
    ['promptchain', version],
    ['node', `${node.version} (${node.path})`],
    ['system', platform],
    ...Object.entries(paths).map(([name, path]) => [name, path]),
    ['settings', config.files.length === 0 ? 'none' : config.files.join(', ')],
    ...keys.map(({ provider, source, tail }) => ['key', `${provider}: ${source}${tail === '' ? '' : ` …${tail}`}`]),
    ...(keys.length === 0 ? [['key', 'none is found: promptchain models list']] : []),
    ...servers.map(({ provider, url, models }) => ['server', `${provider}: ${url} (${models.length} models)`]),
    ...(auto === null ? [] : [['auto', auto]]),
  ];
  const told = globals.quiet ? [] : [columns(rows.map((row) => row.map((cell) => sanitize(cell))))];
  const wrong = problems.map((problem) => `problem: ${sanitize(problem)}`);
  return `${[...told, ...(told.length > 0 ? [''] : []), ...(wrong.length === 0 ? ['no problems'] : wrong)].join('\n')}\n`;
}
