import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SearchOptions } from '../../src/engineer/task.ts';
import { ignoresConcurrency, keepsPlaceholders, recordOf, resumesExactly, tellsOnlyTrain } from '../promptworld/invariants.ts';
import { resultIn } from '../promptworld/run.ts';

const chain = { family: 'chain2b', seed: 3, rollouts: 250, test: 20 };
const everything: Partial<SearchOptions> = {
  samples: 2,
  demos: 3,
  margin: 'as noise',
  frontier: 'hybrid',
  select: 'pareto',
  components: 'round-robin',
};

test('with every option a cut run comes to the same end, and the number of rollouts at a time changes nothing', async () => {
  await resumesExactly({ ...chain, search: everything }, [0.1, 0.5, 0.9]);
  await ignoresConcurrency({ ...chain, search: everything });
});

test('several samples of each row stay within the budget', async () => {
  for (const samples of [2, 3]) {
    const { paid } = await resultIn({ ...chain, search: { samples } });
    assert.ok(paid <= chain.rollouts && paid % samples === 0, `${paid}`);
  }
});

test('proposals come from the best alone, or from the whole front', async () => {
  const parents = async (select: 'best' | 'pareto') => {
    let best = 0;
    let others = 0;
    for (const event of await recordOf({ family: 'single', seed: 1, rollouts: 400, search: { select } })) {
      if (event.type === 'incumbent') best = event.id;
      if (event.type === 'gate' && event.origin === 'reflect' && event.parents[0] !== best) others += 1;
    }
    return others;
  };
  assert.equal(await parents('best'), 0);
  assert.ok((await parents('pareto')) > 0);
});

test('round-robin works on one text after the other', async () => {
  const record = await recordOf({ ...chain, search: { components: 'round-robin' } });
  const worked = new Map<string, Set<string>>();
  for (const event of record) {
    if (event.type !== 'answer' || event.key.includes('/merge')) continue;
    const [iteration = '', component = ''] = event.key.split('/');
    worked.set(iteration, (worked.get(iteration) ?? new Set()).add(component));
  }
  assert.ok([...worked.values()].every((components) => components.size === 1));
  assert.equal(new Set([...worked.values()].flatMap((components) => [...components])).size, 2);
});

test('examples are rows that were learnt from, no more than asked for, and whole in every candidate', async () => {
  const search = { demos: 2, takesEqual: true };
  const record = await recordOf({ family: 'single', seed: 2, rollouts: 600, search });
  const candidates = record.flatMap((event) => (event.type === 'candidate' ? [event] : []));
  const made = candidates.filter(({ origin }) => origin === 'demos');
  assert.ok(made.length > 0);
  for (const { texts } of candidates) {
    const all = Object.values(texts).join('\n');
    const count = all.match(/<example>/g)?.length ?? 0;
    assert.ok(count <= 2);
    assert.equal(all.match(/<example>\n<given name="[^"]*">\n[\s\S]*?<\/answer>\n<\/example>/g)?.length ?? 0, count);
    assert.equal(all.includes('Examples, with the right answers:'), count > 0);
  }
  assert.ok((await tellsOnlyTrain({ ...chain, search })) > 10);
  assert.ok((await keepsPlaceholders({ ...chain, search })) > 5);
});
