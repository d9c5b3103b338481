import { el } from './element.ts';
import { problemBox } from './problem.ts';
import { problemOf } from './request.ts';

/** What is shown at an address. */
export interface View {
  readonly title: string;
  readonly element: HTMLElement;
  /** Called when another view is shown. */
  readonly close?: () => void;
}

/** An address after the `#`, and who makes its view. The groups of the pattern are handed over, decoded. */
export interface Route {
  readonly pattern: RegExp;
  /** The entry of the navigation it belongs to. */
  readonly section: string;
  open(...parts: string[]): Promise<View>;
}

/** Shows the view of the address in `main`, now and whenever the address changes. */
export function startRouter(routes: readonly Route[], main: HTMLElement, onSection: (section: string) => void): void {
  let current: View | undefined;
  let turn = 0;

  addEventListener('hashchange', () => void show(true));
  void show(false);

  async function show(isMove: boolean): Promise<void> {
    const hash = location.hash === '' ? '#/' : location.hash;
    if (!hash.startsWith('#/')) return;
    turn += 1;
    const own = turn;
    const { route, parts } = routeOf(routes, hash.slice(1));
    onSection(route?.section ?? '');
    const view = await (route?.open(...parts) ?? Promise.resolve(unknown())).catch(failed);
    if (own !== turn) return view.close?.();
    current?.close?.();
    current = view;
    document.title = `${view.title} – promptchain`;
    main.replaceChildren(view.element);
    if (!isMove) return;
    scrollTo({ top: 0, behavior: 'instant' });
    focusHeading(main);
  }
}

function routeOf(routes: readonly Route[], path: string): { readonly route?: Route; readonly parts: string[] } {
  for (const route of routes) {
    const found = route.pattern.exec(path);
    if (found !== null) return { route, parts: found.slice(1).map((text) => decoded(text ?? '')) };
  }
  return { parts: [] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unknown(): View {
  return page('Not found', el('p', {}, 'There is nothing at this address. ', el('a', { href: '#/' }, 'All chains')));
}

function failed(error: unknown): View {
  return page('Error', problemBox(problemOf(error)));
}

/** A view with a heading. */
export function page(title: string, ...content: readonly (HTMLElement | undefined)[]): View {
  return { title, element: el('div', {}, el('h1', {}, title), ...content) };
}

function focusHeading(main: HTMLElement): void {
  const heading = main.querySelector('h1');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus({ preventScroll: true });
}
