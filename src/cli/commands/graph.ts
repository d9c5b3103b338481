import { resolve } from 'node:path';
import { Option } from 'commander';
import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Command } from '../command.ts';
import { asciiOf } from '../graph/ascii.ts';
import { dotOf } from '../graph/dot.ts';
import { layOut } from '../graph/layout.ts';
import { mermaidOf } from '../graph/mermaid.ts';
import { type Outline, outlineOf } from '../graph/outline.ts';
import { svgOf } from '../graph/svg.ts';
import { loadOptions } from '../load-options.ts';
import { openFileOutput } from '../run/file-output.ts';
import { loadAsked } from '../run/load.ts';
import { readStdin } from '../run/read-text.ts';

const FORMS: Readonly<Record<string, (outline: Outline, reads: boolean) => string>> = {
  mermaid: mermaidOf,
  dot: dotOf,
  ascii: (outline, reads) => asciiOf(layOut(outline, reads)),
  svg: (outline, reads) => svgOf(outline, layOut(outline, false), reads),
};

export const graph: Command = {
  examples: [
    { command: 'promptchain graph chain.yaml --format ascii', note: 'the steps of a chain as boxes, on the terminal' },
    { command: 'promptchain graph chain.yaml > chain.mmd', note: 'for Mermaid, which GitHub draws in Markdown' },
    {
      command: 'promptchain graph chain.yaml --format svg --output chain.svg --reads',
      note: 'a picture, with what each step reads',
    },
    {
      command: 'promptchain graph chain.yaml --format dot --depth 2 | dot -Tpng > chain.png',
      note: 'with Graphviz, sub-chains opened',
    },
  ],
  configure(parser) {
    parser.argument('<chain>', 'a chain file, or - to read it from stdin');
    parser.addOption(new Option('--format <format>', 'the form of the graph').choices(Object.keys(FORMS)).default('mermaid'));
    parser.option('-o, --output <file>', 'write it to a file, all of it or nothing');
    parser.option('--reads', 'also show which earlier steps a step reads by name');
    parser.option('--depth <levels>', 'open so many levels of sub-chains', '0');
  },
  async run(call) {
    const { args, options, io, out } = call;
    const [name = ''] = args;
    if (!/^\d$/.test(options.depth))
      throw new UsageError(`--depth "${options.depth}" is not a number from 0 to 9`, { code: 'PC2004' });
    const text = name === '-' ? { text: await readStdin(io, MAX_BYTES) } : {};
    const chain = await loadAsked(name === '-' ? '<stdin>' : resolve(io.cwd, name), { ...loadOptions(call), ...text });
    const drawn = FORMS[options.format]?.(outlineOf(chain, Number(options.depth)), options.reads === true) ?? '';
    if (options.output === undefined) await out.write(drawn);
    else writeFile(resolve(io.cwd, options.output), drawn);
    return EXIT.ok;
  },
};

const MAX_BYTES = 1024 * 1024;

function writeFile(path: string, text: string): void {
  const file = openFileOutput(path);
  try {
    void file.write(text);
    file.commit();
  } finally {
    file.discard();
  }
}
