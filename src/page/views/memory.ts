import type { JsonObject } from '../../core/json.ts';
import { copyButton } from '../copy.ts';
import { el } from '../element.ts';
import { pretty } from '../format.ts';
import { problemBox } from '../problem.ts';
import { getJson, part, problemOf, RefusedRequest } from '../request.ts';
import { page, type View } from '../router.ts';

/** What the chains remember: the namespaces, where the server shows them. */
export async function memoryView(): Promise<View> {
  try {
    const { namespaces } = await getJson<{ readonly namespaces: readonly string[] }>('memory');
    if (namespaces.length === 0) return page('Memory', el('p', {}, 'Nothing is remembered yet.'));
    return page('Memory', el('ul', { class: 'rows' }, ...namespaces.map(row)));
  } catch (error) {
    if (!(error instanceof RefusedRequest && error.status === 404)) throw error;
    return page('Memory', problemBox(problemOf(error)));
  }
}

function row(namespace: string): HTMLElement {
  return el('li', { class: 'row' }, el('a', { class: 'row-link', href: `#/memory/${part(namespace)}` }, namespace));
}

/** One namespace: its keys and their values. */
export async function namespaceView(namespace: string): Promise<View> {
  const { values } = await getJson<{ readonly values: JsonObject }>(`memory/${part(namespace)}`);
  const entries = Object.entries(values);
  return page(
    `Memory of ${namespace}`,
    el('p', {}, el('a', { href: '#/memory' }, 'All namespaces')),
    entries.length === 0 ? el('p', {}, 'It is empty.') : undefined,
    ...entries.map(([key, value]) =>
      el(
        'section',
        { class: 'value' },
        el(
          'div',
          { class: 'value-head' },
          el('h2', {}, key),
          copyButton('Copy', () => pretty(value)),
        ),
        el('div', { class: typeof value === 'string' ? 'text' : 'text code', dir: 'auto' }, pretty(value)),
      ),
    ),
  );
}
