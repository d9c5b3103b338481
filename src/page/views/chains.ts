import { served } from '../chains.ts';
import { el } from '../element.ts';
import { part } from '../request.ts';
import { page, type View } from '../router.ts';
import type { ServedChain } from '../wire.ts';

/** All chains that are served, to pick one. */
export async function chainsView(): Promise<View> {
  const { chains } = await served();
  return page('Chains', el('ul', { class: 'cards' }, ...chains.map(card)));
}

function card({ name, description, inputs, takesInput, conversational }: ServedChain): HTMLElement {
  const names = [...(takesInput ? ['input'] : []), ...Object.keys(inputs)];
  return el(
    'li',
    { class: 'card' },
    el('h2', {}, el('a', { href: `#/chains/${part(name)}` }, name)),
    description !== undefined && el('p', {}, description),
    el('p', { class: 'note' }, names.length === 0 ? 'It takes no inputs.' : `Inputs: ${names.join(', ')}`),
    conversational &&
      el('p', {}, el('a', { href: `#/chat/${part(name)}` }, 'Chat'), ' ', el('span', { class: 'unseen' }, `with ${name}`)),
  );
}
