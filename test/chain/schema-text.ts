import { chainSchema } from '../../src/chain/schema.ts';
import { KINDS } from '../../src/steps/index.ts';
import { stepOptions } from '../../src/steps/options.ts';

/** What `schema/chain.schema.json` has to hold. */
export function schemaText(): string {
  return `${JSON.stringify(chainSchema(KINDS, stepOptions), null, 2)}\n`;
}
