import { liveRegion } from './announce.ts';
import { el } from './element.ts';
import { startRouter } from './router.ts';
import { themeSwitch } from './theme.ts';
import { ROUTES } from './views/index.ts';

const main = el('main', { id: 'main', tabindex: '-1' });
const links = {
  chains: el('a', { href: '#/' }, 'Chains'),
  runs: el('a', { href: '#/runs' }, 'Runs'),
  memory: el('a', { href: '#/memory' }, 'Memory'),
};

const skip = el(
  'a',
  {
    href: '#main',
    class: 'skip',
    onclick: (event) => {
      event.preventDefault();
      main.focus();
    },
  },
  'Skip to content',
);
const bar = el(
  'header',
  { class: 'bar' },
  el('span', { class: 'brand' }, 'promptchain'),
  el('nav', { 'aria-label': 'Pages' }, links.chains, links.runs, links.memory),
  themeSwitch(),
);

document.body.replaceChildren(skip, bar, main, liveRegion());
startRouter(ROUTES, main, (section) => {
  for (const [name, link] of Object.entries(links)) {
    if (name === section) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
});
