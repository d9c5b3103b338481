import { served } from '../chains.ts';
import { el } from '../element.ts';
import { runForm } from '../form/run-form.ts';
import { part } from '../request.ts';
import { page, type View } from '../router.ts';
import { createGraph } from '../run/graph.ts';
import { startRun } from '../run/start.ts';

/** One chain: what it takes, what it does, and the button that runs it. */
export async function chainView(name: string): Promise<View> {
  const { chains, keeps_runs: keepsRuns } = await served();
  const chain = chains.find((each) => each.name === name);
  if (chain === undefined)
    return page('Not found', el('p', {}, `No chain “${name}” is served here. `, el('a', { href: '#/' }, 'All chains')));
  const form = runForm(chain, async (given) => {
    location.hash = `#/runs/${part(await startRun(name, given, keepsRuns))}`;
  });
  return page(
    name,
    chain.description === undefined ? undefined : el('p', { class: 'lead' }, chain.description),
    el(
      'p',
      {},
      el('a', { href: `#/runs?chain=${part(name)}` }, 'Runs of this chain'),
      chain.conversational && ' · ',
      chain.conversational && el('a', { href: `#/chat/${part(name)}` }, 'Chat with it'),
    ),
    el(
      'div',
      { class: 'columns' },
      el('section', {}, el('h2', {}, 'Inputs'), form),
      el('section', {}, el('h2', {}, 'Steps'), createGraph(chain.outline).element),
    ),
  );
}
