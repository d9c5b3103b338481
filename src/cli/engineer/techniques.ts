import type { CatalogueEntry } from '../../chain/catalogue.ts';
import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { nearest } from '../../lib/nearest.ts';
import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { columns } from '../columns.ts';
import type { Verb } from '../command.ts';

export const techniques: Verb = {
  name: 'techniques',
  summary: 'the techniques that improve can work into a prompt',
  examples: [
    { command: 'promptchain engineer techniques', note: 'all of them, and when each helps' },
    { command: 'promptchain engineer techniques few_shot', note: 'one: when, when not, how it is noticed, its text' },
  ],
  bare: true,
  configure(parser) {
    parser.argument('[name]', 'the name of a technique');
    parser.option('--json', 'print JSON');
  },
  async run({ io, args, options, out }) {
    const { catalogueDirs, listCatalogue } = await import('../../chain/catalogue.ts');
    const [name] = args;
    const { techniques: all } = listCatalogue(catalogueDirs(io.cwd, io.packageDir));
    if (name === undefined) {
      const entries = [...all.values()];
      if (options.json === true) await out.write(`${JSON.stringify(entries.map(plain), null, 2)}\n`);
      else await out.write(`${columns(entries.map((entry) => [sanitize(usageOf(entry)), sanitize(shortly(entry))]))}\n`);
      return EXIT.ok;
    }
    const entry = all.get(name);
    if (entry === undefined) throw unknown(name, [...all.keys()]);
    if (options.json === true) await out.write(`${JSON.stringify(plain(entry), null, 2)}\n`);
    else await out.write(`${sanitize(whole(entry, io.cwd))}\n`);
    return EXIT.ok;
  },
};

function unknown(name: string, names: readonly string[]): UsageError {
  const close = nearest(name, names);
  const help = close === undefined ? 'promptchain engineer techniques lists them' : `did you mean "${close}"?`;
  return new UsageError(`there is no technique "${name}"`, { code: 'PC2103', help });
}

function shortly({ description, when }: CatalogueEntry): string {
  return when === undefined ? description : `${description}; when ${when}`;
}

function usageOf({ name, parameter }: CatalogueEntry): string {
  if (parameter === undefined) return name;
  return parameter.required ? `${name}:${parameter.name}` : `${name}[:${parameter.name}]`;
}

function whole(entry: CatalogueEntry, cwd: string): string {
  const { title, description, when, avoid, detect, apply, parameter, text, file, edits } = entry;
  return [
    `${title} (${usageOf(entry)}): ${description}`,
    ...(when === undefined ? [] : [`  when: ${when}`]),
    ...(avoid === undefined ? [] : [`  not when: ${avoid}`]),
    ...(parameter?.description === undefined ? [] : [`  ${parameter.name}: ${parameter.description}`]),
    ...detect.map((pattern) => `  there already if: ${pattern.source}`),
    `  file: ${displayPath(file, cwd)}`,
    '',
    ...(apply === undefined ? [] : ['To work it into a prompt:', apply, '']),
    ...(edits ? ['To work it into a prompt:'] : ['As a text of its own, with techniques: on a step:']),
    text,
  ].join('\n');
}

function plain({ detect, ...entry }: CatalogueEntry): object {
  return { ...entry, detect: detect.map(({ source }) => source) };
}
