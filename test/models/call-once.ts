import { createOpenModel } from '../../src/models/open.ts';
import { ask, collect, modelIo, never, specOf, textOf } from './calling.ts';

/** A program that makes one call with its own environment and prints the answer: what `transport.test.ts` spawns. */
const [id = 'openai/m', prompt = 'hello'] = process.argv.slice(2);
const model = await createOpenModel({ io: modelIo(process.env) })(specOf(id));
try {
  process.stdout.write(textOf(await collect(model.stream(ask(prompt), never()))));
} catch (error) {
  process.stdout.write(`failed: ${(error as Error).message}`);
}
