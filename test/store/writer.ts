import { writeSync } from 'node:fs';
import { openMemory } from '../../src/store/memory.ts';

/** A process that uses a store: `node writer.js <what> <file> <count> <size>`. */
const [what = '', file = '', count = '1', size = '10'] = process.argv.slice(2);
const memory = openMemory(file);

if (what === 'increment') {
  for (let turn = 0; turn < Number(count); turn++) await memory.commit('default', [{ op: 'increment', key: 'n', by: 1 }]);
}

// Says which numbers are acknowledged, each on a line, as soon as they are.
if (what === 'append') {
  const name = String(process.pid);
  for (let turn = 0; turn < Number(count); turn++) {
    const text = 'x'.repeat(Number(size));
    await memory.commit('default', [
      { op: 'append', key: `log ${name}`, value: { turn, text }, keep: 50 },
      { op: 'set', key: `last ${name}`, value: turn },
    ]);
    writeSync(1, `${turn}\n`);
  }
}

if (what === 'read') {
  for (let turn = 0; turn < Number(count); turn++) {
    const { n = 0 } = await memory.read('default');
    writeSync(1, `${n}\n`);
  }
}

// One commit of two keys, whatever comes of it.
if (what === 'change') {
  try {
    await memory.commit('default', [
      { op: 'append', key: 'log', value: 'new' },
      { op: 'set', key: 'k', value: 'new'.padEnd(Number(size), '.') },
    ]);
    process.stdout.write('done\n');
  } catch (error) {
    const { code = '', message = '' } = error as { code?: string; message?: string };
    process.stdout.write(`${code} ${message}\n`);
    process.exitCode = 1;
  }
}
