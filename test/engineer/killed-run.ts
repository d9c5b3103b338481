import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { OptimizeEvent } from '../../src/engineer/events.ts';
import { familyOf } from '../promptworld/family.ts';
import { outOfOrder } from '../promptworld/obstacles.ts';
import { playOf } from '../promptworld/ports.ts';
import { optimizeIn } from '../promptworld/run.ts';

/**
 * `node killed-run.js <record> [<events>]`: an optimisation that writes its record into a file and goes on with what is there.
 * With a number it kills itself in the middle of writing that event, and nothing is left to tidy up.
 */
const [file = '', events] = process.argv.slice(2);
const killAt = events === undefined ? Number.POSITIVE_INFINITY : Number(events);
const run = { family: 'chain2b', seed: 5, rollouts: 300, test: 30, through: outOfOrder };

const record = existsSync(file) ? recordIn(file) : [];
const descriptor = openSync(file, 'a');
let written = 0;
for await (const event of optimizeIn(playOf(familyOf(run.family), run.seed), { ...run, record })) {
  const line = `${JSON.stringify(event)}\n`;
  written += 1;
  if (written > killAt) {
    writeSync(descriptor, line.slice(0, line.length / 2));
    process.kill(process.pid, 'SIGKILL');
  }
  writeSync(descriptor, line);
}
closeSync(descriptor);

/** The whole lines; what was cut off is taken off the file. */
function recordIn(path: string): OptimizeEvent[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  truncateSync(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
