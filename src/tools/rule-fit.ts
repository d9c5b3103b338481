import { posix } from 'node:path';
import { isJsonObject, type Json, type JsonObject, textOf } from '../core/json.ts';
import { matches } from '../lib/glob.ts';
import type { ArgumentPattern, PermissionRule } from '../lib/permission-rule.ts';

export interface WantedCall {
  readonly tool: string;
  readonly args: JsonObject;
  /** The chain's folder: what relative paths are relative to. Absolute. */
  readonly dir: string;
}

/**
 * Whether a rule that permits fits a call: its name fits, and every argument it names is there and fits in the form that the
 * tool will see, dots resolved. Of a list every entry must fit.
 */
export function permits(rule: PermissionRule, call: WantedCall): boolean {
  return fits(rule, call, (texts, { path, pattern }) =>
    texts.every((text) => plainForms(text, path, call.dir).some((form) => matches(pattern, form))),
  );
}

/**
 * Whether a rule that forbids or asks fits a call: as `permits`, but one entry of a list is enough, and so is any of the ways
 * to write the same path or address.
 */
export function catches(rule: PermissionRule, call: WantedCall): boolean {
  return fits(rule, call, (texts, { pattern }) =>
    texts.some((text) => allForms(text, call.dir).some((form) => matches(pattern, form))),
  );
}

/** Whether all that the one fits is a part, and not the whole, of what the other fits. */
export function isWithin(narrow: PermissionRule, wide: PermissionRule): boolean {
  // A star fits a star: a pattern that fits another's text fits all that it fits.
  const covers = wide.args.length === 0 && matches(wide.name, narrow.name);
  return covers && (narrow.args.length > 0 || !matches(narrow.name, wide.name));
}

function fits(
  rule: PermissionRule,
  call: WantedCall,
  argumentFits: (texts: readonly string[], argument: ArgumentPattern) => boolean,
): boolean {
  if (!matches(rule.name, call.tool)) return false;
  return rule.args.every((argument) => {
    const value = valueAt(call.args, argument.path);
    return value !== undefined && argumentFits(Array.isArray(value) ? value.map(textOf) : [textOf(value)], argument);
  });
}

function valueAt(args: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = args;
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** What a value says once dots are resolved; an absolute path inside the chain's folder also as seen from there. */
function plainForms(text: string, path: readonly string[], dir: string): readonly string[] {
  const url = urlOf(text);
  // `https://good.example@evil.example/` begins like the one and goes to the other.
  if (url !== undefined) return url.username === '' && url.password === '' ? [url.href] : [];
  if (!PATH_NAME.test(path.at(-1) ?? '') && !DOTS.test(text)) return [text];
  const plain = normalised(text);
  const seen = insideOf(dir, plain);
  return seen === undefined ? [plain] : [plain, seen];
}

function allForms(text: string, dir: string): readonly string[] {
  const url = urlOf(text);
  const path = url?.protocol === 'file:' ? decoded(url.pathname) : text;
  const absolute = posix.resolve(normalised(dir), normalised(path));
  const seen = insideOf(dir, absolute);
  return [text, ...(url === undefined ? [] : sitesOf(url)), normalised(path), absolute, ...(seen === undefined ? [] : [seen])];
}

const PATH_NAME = /(?:path|file|filename|dir|directory|folder|cwd|root|source|src|destination|dest|target)s?$/i;
const DOTS = /(?:^|[\\/])\.\.?(?:[\\/]|$)/;

function normalised(path: string): string {
  const plain = posix.normalize(path.replaceAll('\\', '/'));
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

function insideOf(dir: string, path: string): string | undefined {
  const root = normalised(dir);
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

/** The address as it is, and without what changes its look but not where it leads: a user name, the dot of the root. */
function sitesOf(url: URL): readonly string[] {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  plain.hostname = url.hostname.replace(/\.$/, '');
  return [url.href, plain.href];
}

/** As programs read addresses: tabs and line ends do not count, and those of the web need no slashes. */
function urlOf(text: string): URL | undefined {
  const plain = text.replace(/[\t\n\r]/g, '').replace(BEFORE_URL, '');
  return LIKE_URL.test(plain) && URL.canParse(text) ? new URL(text) : undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the URL standard leaves out
const BEFORE_URL = /^[\u0000-\u0020]+/;
const LIKE_URL = /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:https?|wss?|ftp|file):)/i;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
