import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { drawsOf } from '../../src/lib/counted-random.ts';
import { FAMILIES, familyOf } from './family.ts';
import { bred, reflected, united } from './optimiser-model.ts';
import { playOf } from './ports.ts';

// Made by the reference implementation of the world, in Python.
const EXPECTED = [
  ['single', 0.142222, 0.957111],
  ['conflict', 0.167222, 0.900779],
  ['chain2b', 0.06, 0.870363],
  ['chain3', 0.088889, 0.938387],
] as const;

for (const [name, seed, oracle] of EXPECTED) {
  test(`the truth about ${name} is that of the definition`, () => {
    const { world } = playOf(familyOf(name), 0);
    assert.equal(world.expected(world.seedPrompts, world.test).toFixed(6), seed.toFixed(6));
    assert.equal(world.expected(world.oracle, world.test).toFixed(6), oracle.toFixed(6));
  });
}

test('what is played and what the optimiser model writes are those of the definition, in every family', async () => {
  const lines: string[] = [];
  for (const family of FAMILIES) for (const seed of [0, 1]) lines.push(...(await transcript(family.name, seed)));
  const hash = createHash('sha256').update(lines.join('\n')).digest('hex');
  assert.equal(hash, '2786b80f3c65f423504be2c163571126b530c0bfd9f74b0098eab1beee54c4cc');
});

/** Ten rounds of playing three orders and learning from them, in every step. */
async function transcript(name: string, seed: number): Promise<string[]> {
  const family = familyOf(name);
  const { world, ports, task } = playOf(family, seed);
  const lines: string[] = [];
  let texts: Record<string, string> = { ...task.texts };
  for (let round = 0; round < 10; round += 1) {
    for (const [position, step] of world.options.steps.entries()) {
      const rows = [0, 1, 2].flatMap((index) => task.train[(round * 3 + index) % task.train.length] ?? []);
      const rollouts = await Promise.all(
        rows.map((row) => ports.rollout({ texts, row, repeat: round % 3 }, new AbortController().signal)),
      );
      lines.push(...rollouts.map(({ score, output }) => `${score.toFixed(9)} ${output}`));
      const shown = rollouts.map(({ steps, findings }) => ({
        received: Object.values(steps[position]?.received ?? {}).join('\n'),
        output: steps[position]?.output ?? '',
        feedback: findings.map(({ text }) => text).join('\n'),
        tried: 'fragile=cobalt; fragile=ruby; heavy=teal',
      }));
      const id = `${step}.prompt`;
      const before = (texts[id] ?? '').split('\n');
      texts = { ...texts, [id]: reflected(before, shown, family.skills, drawsOf(seed, round, position, 555)).join('\n') };
      lines.push(texts[id] ?? '');
    }
  }
  const [last = ''] = world.options.steps.slice(-1);
  const [first = '', learnt = '', best = ''] = [task.texts, texts, { [`${last}.prompt`]: world.oracle[last] }].map(
    (some) => some[`${last}.prompt`] ?? '',
  );
  lines.push(bred([first, learnt, best], [], family.skills, drawsOf(1, seed)).join('\n'));
  lines.push(united(learnt, best, family.skills, drawsOf(2, seed)).join('\n'));
  return lines;
}
