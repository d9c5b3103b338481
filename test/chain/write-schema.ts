import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIR } from './checking.ts';
import { schemaText } from './schema-text.ts';

writeFileSync(join(PACKAGE_DIR, 'schema/chain.schema.json'), schemaText());
