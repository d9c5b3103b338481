import { ROOTS } from '../../core/scope.ts';

/** Finds what a name of a Jinja template is in this format: `inputs.topic`, `steps.review.data.score`. */
export type Resolve = (path: readonly string[]) => string | undefined;

export interface Converted {
  readonly text: string;
  /** What could not be said in this format, as written. */
  readonly left: readonly string[];
}

const EXPRESSION = /\{\{-?\s*(.*?)\s*-?\}\}|\{%-?.*?-?%\}|\{#.*?#\}/gs;

/** What belongs to a block that is told already. */
const CLOSING = /^\{%-?\s*(?:end|el)/;

/** `{{ name | upper }}` becomes `{inputs.name | upper}`; braces that were text there stay text here. */
export function convertTemplate(text: string, resolve: Resolve): Converted {
  const left: string[] = [];
  let converted = '';
  let at = 0;
  for (const match of text.matchAll(EXPRESSION)) {
    converted += literal(text.slice(at, match.index));
    at = match.index + match[0].length;
    const reference = match[1] === undefined ? undefined : convertReference(match[1], resolve);
    if (reference === undefined && !CLOSING.test(match[0])) left.push(match[0].replaceAll(/\s+/g, ' '));
    converted += reference ?? match[0];
  }
  return { text: converted + literal(text.slice(at)), left };
}

/** A brace that would begin a placeholder here. */
const ROOT = new RegExp(`\\{(?=(?:${ROOTS.join('|')})\\b)`, 'g');

function literal(text: string): string {
  return text.replaceAll(ROOT, '\\{');
}

function convertReference(expression: string, resolve: Resolve): string | undefined {
  const [path = '', ...filters] = expression.split('|').map((part) => part.trim());
  const reference = convertPath(path, resolve);
  const converted = filters.map(convertFilter);
  if (reference === undefined || converted.includes(undefined)) return undefined;
  return `{${[reference, ...converted].join(' | ')}}`;
}

const PATH = /^[A-Za-z_][\w-]*(?:\.\w+|\[\d+\]|\[["'][\w-]+["']\])*$/;

function convertPath(path: string, resolve: Resolve): string | undefined {
  if (!PATH.test(path)) return undefined;
  return resolve(path.split(/[.[\]"']+/).filter((key) => key !== ''));
}

const FILTERS: ReadonlyMap<string, string> = new Map([
  ['upper', 'upper'],
  ['lower', 'lower'],
  ['trim', 'trim'],
  ['json', 'json'],
  ['tojson', 'json'],
]);

function convertFilter(filter: string): string | undefined {
  const plain = FILTERS.get(filter);
  if (plain !== undefined) return plain;
  const [, name, argument] = /^(default|join|truncate|indent)\((["'][^"']*["']|\d+)\)$/.exec(filter) ?? [];
  if (name === undefined || argument === undefined) return undefined;
  return name === 'default' ? `default ${argument}` : `${name}(${argument})`;
}

const TOKEN = /\s+|"[^"]*"|'[^']*'|\d+(?:\.\d+)?|[A-Za-z_]\w*(?:\.\w+|\[\d+\])*(?:\()?|[<>=!]=|[<>()!,+*/%-]/gy;
const WORDS: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
  ['true', 'true'],
  ['false', 'false'],
  ['none', 'null'],
]);

/** A condition of Jinja or Python as CEL; undefined for what has no plain counterpart. */
export function convertCondition(written: string, resolve: Resolve): string | undefined {
  const expression = written.replace(/^\s*\{\{-?|-?\}\}\s*$/g, '').trim();
  let converted = '';
  let at = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(expression); match !== null; match = TOKEN.exec(expression)) {
    const [token] = match;
    at = TOKEN.lastIndex;
    const part = /^[A-Za-z_]/.test(token) ? convertWord(token, resolve) : token;
    if (part === undefined) return undefined;
    converted += part;
  }
  return at === expression.length ? converted.replaceAll(/!\s+/g, '!').trim() : undefined;
}

function convertWord(token: string, resolve: Resolve): string | undefined {
  const word = WORDS.get(token);
  if (word !== undefined) return word;
  const [, path = '', method] = /^(.*)\.(startswith|endswith)\($/.exec(token) ?? [];
  if (method !== undefined) {
    const subject = convertPath(path, resolve);
    return subject && `${subject}.${method === 'startswith' ? 'startsWith' : 'endsWith'}(`;
  }
  return token.endsWith('(') || token === 'in' || token === 'is' || token === 'if' ? undefined : convertPath(token, resolve);
}
