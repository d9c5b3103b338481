import { Argument } from 'commander';
import { EXIT } from '../../core/exit-code.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Command } from '../command.ts';
import { DATA_SCHEMAS, type DataSchema, dataSchema } from '../schemas/index.ts';

export const schema: Command = {
  examples: [
    { command: 'promptchain schema > chain.schema.json', note: 'for an editor that checks YAML' },
    { command: 'promptchain schema events', note: 'the lines of --jsonl' },
    { command: 'promptchain schema evaluation', note: 'what test --json prints' },
  ],
  bare: true,
  configure(parser) {
    parser.addArgument(new Argument('[what]', 'whose JSON Schema (draft-07) to print').choices(SCHEMAS).default('chain'));
  },
  async run({ args, out }) {
    await out.write(`${JSON.stringify(await schemaOf(args[0] ?? 'chain'), null, 2)}\n`);
    return EXIT.ok;
  },
};

const SCHEMAS = ['chain', ...Object.keys(DATA_SCHEMAS)];

/** Of a chain file with every kind of step there is: what `schema/chain.schema.json` holds. */
export async function fullChainSchema(): Promise<JsonObject> {
  const [{ chainSchema }, { KINDS }, { stepOptions }] = await Promise.all([
    import('../../chain/schema.ts'),
    import('../../steps/index.ts'),
    import('../../steps/options.ts'),
  ]);
  return chainSchema(KINDS, stepOptions);
}

function schemaOf(name: string): Promise<JsonObject> {
  return name in DATA_SCHEMAS ? dataSchema(name as DataSchema, { closed: false }) : fullChainSchema();
}
