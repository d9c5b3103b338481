import type { CST as Cst, Document } from 'yaml';
import { Composer, CST, Lexer, Parser } from 'yaml';
import { LIMITS, type Limits } from './guard.ts';
import type { Report } from './report.ts';
import type { Place } from './source.ts';
import { reportSyntax } from './syntax.ts';

export interface Parsed {
  readonly document: Document.Parsed;
  /** What is not in the document as it was meant: words and characters that are no YAML, reported already. */
  readonly unread: readonly Place[];
}

/**
 * The YAML document of a text that passed `guardText`; undefined, and its problems reported, when it has errors. Where an error
 * is a text that only has to be quoted, the file is read again without that text, so that it does not hide all other mistakes.
 *
 * The limits that need tokens are checked while lexing: nesting and aliases are counted before anything recursive runs, and
 * composing stops at the first hundred errors, because each costs more than the one before.
 */
export function parseYaml(report: Report, characters: readonly Place[] = [], limits: Limits = LIMITS): Parsed | undefined {
  const text = withoutPlaces(report.source.text, characters, ' ');
  const { document, errors } = parseText(report, text, limits);
  if (errors.length === 0) return document && { document, unread: characters };
  if (characters.length > 0) return undefined;
  const unread = reportSyntax(report, errors);
  if (unread === undefined) return undefined;
  const again = parseText(report, withoutPlaces(text, unread, 'x'), limits);
  return again.document === undefined || again.errors.length > 0 ? undefined : { document: again.document, unread };
}

/** The text with something harmless in these places: every offset stays what it is. */
function withoutPlaces(text: string, places: readonly Place[], filler: string): string {
  let kept = '';
  let at = 0;
  for (const { start, end } of places) {
    kept += text.slice(at, start) + filler.repeat(end - start);
    at = end;
  }
  return kept + text.slice(at);
}

interface Composed {
  /** Undefined, and the reason reported, when there cannot be one. */
  readonly document?: Document.Parsed | undefined;
  readonly errors: readonly YamlError[];
}

function parseText(report: Report, text: string, limits: Limits): Composed {
  const tokens = tokenize(report, text, limits);
  if (tokens === undefined) return { errors: [] };
  const { documents, errors } = compose(tokens, text.length);
  const [document, second] = documents;
  if (second === undefined || errors.length > 0) return { document, errors };
  const start = second.range[0];
  const message = `${limits.what} holds one document; a second one starts here`;
  report.add({ start, end: start + 3 }, { code: 'PC1003', message });
  return { errors: [] };
}

function tokenize(report: Report, text: string, limits: Limits): Cst.Token[] | undefined {
  const parser = new Parser();
  const tokens: Cst.Token[] = [];
  let count = 0;
  let flowDepth = 0;
  let aliases = 0;
  let documents = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset;
    count += 1;
    if (lexeme === '[' || lexeme === '{') flowDepth += 1;
    else if (lexeme === ']' || lexeme === '}') flowDepth -= 1;
    else if (lexeme.startsWith('*') && CST.tokenType(lexeme) === 'alias') aliases += 1;
    else if (lexeme === CST.DOCUMENT) documents += 1;
    for (const token of parser.next(lexeme)) tokens.push(token);
    const depth = Math.max(flowDepth, parser.stack.length - 1);
    if (depth <= limits.depth && aliases <= limits.aliases && count <= limits.tokens && documents <= 100 && tokens.length <= 1000)
      continue;
    const excess = excessOf({ depth, aliases, count, documents }, limits);
    report.add({ start, end: start + lexeme.length }, { code: 'PC1003', message: excess });
    return undefined;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function excessOf(seen: { depth: number; aliases: number; count: number; documents: number }, limits: Limits): string {
  if (seen.depth > limits.depth) return `maps and lists are nested deeper than ${limits.depth} levels`;
  if (seen.aliases > limits.aliases) return `the file has more than ${limits.aliases} aliases`;
  if (seen.count > limits.tokens) return `the file has too many values for ${limits.what}`;
  return seen.documents > 100 ? `${limits.what} holds one document` : 'this is not a YAML file: it has more than 1000 errors';
}

/** One complaint of the YAML library. */
export interface YamlError extends Place {
  readonly code: string;
  readonly message: string;
}

class TooManyErrors extends Error {}

const MAX_ERRORS = 100;

/** The library's own error list builds a stack trace for each entry and has no bound: the errors are collected here instead. */
function compose(tokens: readonly Cst.Token[], length: number): { documents: Document.Parsed[]; errors: YamlError[] } {
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const documents: Document.Parsed[] = [];
  const errors: YamlError[] = [];
  Object.assign(composer, { onError: collectInto(errors) });
  try {
    for (const document of composer.compose(tokens, true, length)) documents.push(document as Document.Parsed);
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
  }
  const left = [...documents.flatMap((document) => document.errors), ...composer.streamInfo().errors];
  for (const { code, message, pos } of left) errors.push({ code, message, start: pos[0], end: pos[1] });
  return { documents, errors };
}

type ErrorSource = number | readonly number[] | { readonly offset: number; readonly source?: string };

function collectInto(errors: YamlError[]) {
  return (source: ErrorSource, code: string, message: string, warning?: boolean): void => {
    if (warning === true) return;
    errors.push({ code, message, ...placeOf(source) });
    if (errors.length >= MAX_ERRORS) throw new TooManyErrors();
  };
}

function placeOf(source: ErrorSource): Place {
  if (typeof source === 'number') return { start: source, end: source + 1 };
  if ('offset' in source) return { start: source.offset, end: source.offset + (source.source?.length ?? 1) };
  const start = source[0] ?? 0;
  return { start, end: source[1] ?? start + 1 };
}
