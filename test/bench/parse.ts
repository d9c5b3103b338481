import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { loadChain } from '../../src/index.ts';

/** Prints the milliseconds a fresh process takes to read a chain file, imports not counted: `parse.js yaml|chain <file>`. */
const [, , how, file = ''] = process.argv;
const start = performance.now();
if (how === 'yaml') parseDocument(readFileSync(file, 'utf8')).toJS();
else loadChain(file);
console.log(performance.now() - start);
