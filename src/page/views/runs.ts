import type { RunStatus } from '../../core/run.ts';
import { STATUS_WORDS, statusBadge } from '../badge.ts';
import { el, fill } from '../element.ts';
import { cost, duration, moment } from '../format.ts';
import { getJson, part } from '../request.ts';
import type { View } from '../router.ts';
import type { RunRow } from '../wire.ts';

/** The runs the server knows, newest first, by chain and by how they ended. */
export async function runsView(query: string): Promise<View> {
  const { runs } = await getJson<{ readonly runs: readonly RunRow[] }>(`runs?limit=${LIMIT}`);
  const wanted = new URLSearchParams(query);
  const chain = select('Chain', [...new Set(runs.map((run) => run.chain))].sort(), wanted.get('chain') ?? '');
  const status = select('Status', [...new Set(runs.map((run) => run.status))].sort(), wanted.get('status') ?? '', (value) => {
    return STATUS_WORDS[value as RunStatus] ?? value;
  });
  const list = el('div', {});
  const count = el('p', { class: 'note', role: 'status' });
  show();
  return {
    title: 'Runs',
    element: el('div', {}, el('h1', {}, 'Runs'), el('div', { class: 'filters' }, chain.element, status.element), count, list),
  };

  function select(
    label: string,
    values: readonly string[],
    chosen: string,
    wordFor = (value: string) => value,
  ): { readonly element: HTMLElement; value(): string } {
    const id = `filter-${label.toLowerCase()}`;
    const all = chosen === '' || values.includes(chosen) ? values : [...values, chosen];
    const control = el(
      'select',
      { id, onchange: filter },
      el('option', { value: '' }, 'All'),
      ...all.map((value) => el('option', { value, selected: value === chosen }, wordFor(value))),
    );
    return { element: el('div', { class: 'field' }, el('label', { for: id }, label), control), value: () => control.value };
  }

  /** The address keeps what was chosen, without another step back. */
  function filter(): void {
    const chosen = new URLSearchParams();
    if (chain.value() !== '') chosen.set('chain', chain.value());
    if (status.value() !== '') chosen.set('status', status.value());
    history.replaceState(null, '', `#/runs${chosen.size === 0 ? '' : `?${chosen}`}`);
    show();
  }

  function show(): void {
    const shown = runs.filter(
      (run) => (chain.value() === '' || run.chain === chain.value()) && (status.value() === '' || run.status === status.value()),
    );
    const more = runs.length === LIMIT ? ` of the last ${LIMIT}` : '';
    fill(count, shown.length === 1 ? `1 run${more}` : `${shown.length} runs${more}`);
    fill(list, shown.length > 0 && el('ul', { class: 'rows' }, ...shown.map(row)));
  }
}

const LIMIT = 500;

function row({ id, chain, status, started, duration_ms, cost_usd }: RunRow): HTMLElement {
  const figures = [duration_ms === null ? undefined : duration(duration_ms), cost_usd === null ? undefined : cost(cost_usd)];
  return el(
    'li',
    { class: 'row' },
    el('a', { class: 'row-link', href: `#/runs/${part(id)}` }, chain, el('span', { class: 'unseen' }, `, run ${id}`)),
    statusBadge(status),
    el('time', { datetime: started, class: 'note' }, moment(started)),
    el('span', { class: 'figures' }, figures.filter((figure) => figure !== undefined).join(' · ')),
  );
}
