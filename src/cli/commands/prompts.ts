import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { nearest } from '../../lib/nearest.ts';
import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { columns } from '../columns.ts';
import type { Command, Verb } from '../command.ts';
import { type PromptItem, promptItems } from '../prompts/library.ts';

const list: Verb = {
  name: 'list',
  summary: 'techniques, strategies and the prompt files of ./prompts',
  examples: [
    { command: 'promptchain prompts list', note: 'all that a chain in this folder can name' },
    { command: "promptchain prompts list --json | jq -r '.techniques[].name'", note: 'for another program' },
  ],
  bare: true,
  configure(parser) {
    parser.option('--json', 'print one JSON object');
  },
  async run({ io, options, out }) {
    const items = promptItems(io);
    const of = (kind: PromptItem['kind']) => items.filter((item) => item.kind === kind);
    if (options.json === true) {
      const parts = { techniques: of('technique'), strategies: of('strategy'), files: of('file') };
      await out.write(`${JSON.stringify(parts, null, 2)}\n`);
      return EXIT.ok;
    }
    const rows = (some: readonly PromptItem[]) => some.map((item) => [sanitize(usageOf(item)), sanitize(item.description)]);
    const techniques = of('technique');
    const parts = [
      { title: 'Techniques, for techniques: [name] on a step', rows: rows(techniques.filter(({ edits }) => edits !== true)) },
      {
        title: 'Techniques that edit a prompt, for engineer improve --techniques name',
        rows: rows(techniques.filter(({ edits }) => edits === true)),
      },
      { title: 'Strategies, for strategy: name on a step', rows: rows(of('strategy')) },
      { title: 'Prompt files, for prompt: { id: name }', rows: rows(of('file')) },
    ];
    const shown = parts.filter((part) => part.rows.length > 0);
    await out.write(`${shown.map((part) => `${part.title}\n${columns(part.rows)}`).join('\n\n')}\n`);
    return EXIT.ok;
  },
};

const show: Verb = {
  name: 'show',
  summary: 'the text of one of them',
  examples: [
    { command: 'promptchain prompts show step_by_step', note: 'what the technique adds to a prompt' },
    { command: 'promptchain prompts show few_shot --json', note: 'with its parameter, for another program' },
  ],
  bare: true,
  configure(parser) {
    parser.argument('<name>', 'the name of a technique or strategy, or the id of a file in ./prompts');
    parser.option('--json', 'print one JSON object');
  },
  async run({ io, args, options, out, err, globals }) {
    const item = find(promptItems(io), args[0] ?? '');
    if (options.json === true) {
      await out.write(`${JSON.stringify(item, null, 2)}\n`);
      return EXIT.ok;
    }
    if (!globals.quiet) await err.write(`${headOf(item, io.cwd)}\n\n`);
    // A prompt file came with the project: a terminal gets it without control sequences, a pipe as it is.
    await out.write(`${out.isTTY ? sanitize(item.text) : item.text}\n`);
    return EXIT.ok;
  },
};

export const prompts: Command = {
  examples: [
    { command: 'promptchain prompts list', note: 'techniques, strategies and prompt files' },
    { command: 'promptchain prompts show tot', note: 'the text of one of them' },
  ],
  verbs: [list, show],
};

/** How a chain writes it: `few_shot[:count]`, `role_playing:role`. */
function usageOf({ name, parameter }: PromptItem): string {
  if (parameter === undefined) return name;
  return parameter.required ? `${name}:${parameter.name}` : `${name}[:${parameter.name}]`;
}

function headOf(item: PromptItem, cwd: string): string {
  const { kind, description, parameter, file } = item;
  const given = parameter?.default === undefined ? '' : ` (default ${parameter.default})`;
  return sanitize(
    [
      `${kind} ${usageOf(item)}${description === '' ? '' : `: ${description}`}`,
      ...(parameter?.description === undefined ? [] : [`${parameter.name}: ${parameter.description}${given}`]),
      displayPath(file, cwd),
    ].join('\n'),
  );
}

function find(items: readonly PromptItem[], name: string): PromptItem {
  const item = items.find((candidate) => candidate.name === name);
  if (item !== undefined) return item;
  const close = nearest(
    name,
    items.map((candidate) => candidate.name),
  );
  throw new UsageError(`no technique, strategy or prompt file is called "${name}"`, {
    code: 'PC2103',
    help: close === undefined ? 'promptchain prompts list shows them all' : `did you mean "promptchain prompts show ${close}"?`,
  });
}
