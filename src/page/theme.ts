import { el } from './element.ts';

const KEY = 'promptchain.theme';
const THEMES = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;

/** The switch between light and dark; what was chosen is kept in this browser. */
export function themeSwitch(): HTMLElement {
  const chosen = localStorage.getItem(KEY) ?? 'system';
  apply(chosen);
  const select = el('select', {
    id: 'theme',
    onchange: () => {
      localStorage.setItem(KEY, select.value);
      apply(select.value);
    },
  });
  for (const [value, label] of Object.entries(THEMES)) select.append(el('option', { value, selected: value === chosen }, label));
  return el('div', { class: 'theme' }, el('label', { for: 'theme' }, 'Colours'), select);
}

function apply(theme: string): void {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
  else delete document.documentElement.dataset['theme'];
}
