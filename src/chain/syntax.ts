import { parseDocument } from 'yaml';
import type { YamlError } from './parse.ts';
import { quoteYaml } from './quote.ts';
import type { Finding, Report } from './report.ts';
import type { Place, Source } from './source.ts';
import { endOfLine, lineAt } from './source.ts';

/**
 * Reports the YAML errors of a file, the first of each line: the others of a line follow from it. Returns where they are, in
 * order, when each is a text that only has to be quoted.
 */
export function reportSyntax(report: Report, errors: readonly YamlError[]): readonly Place[] | undefined {
  const { source } = report;
  const unquoted: Place[] = [];
  const seen = new Set<number>();
  const sorted = [...errors].sort((a, b) => a.start - b.start);
  for (const error of sorted) {
    const line = lineAt(source.lineStarts, error.start);
    if (seen.has(line)) continue;
    seen.add(line);
    const known = seen.size <= 20 ? (mistakeOf(source, line) ?? unquotedText(source, line)) : undefined;
    report.add(known?.place ?? error, known?.finding ?? plainFinding(error));
    if (known?.finding.fix !== undefined) unquoted.push(known.place);
  }
  return unquoted.length === seen.size ? unquoted : undefined;
}

const HELP: Readonly<Record<string, string>> = {
  BAD_INDENT: 'items of a list and keys of a map each start in the same column',
  TAB_AS_INDENT: 'indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: 'text that contains ": " has to be quoted; the keys of a map all start in the same column',
  MISSING_CHAR:
    'a key ends with ":", an item starts with "- ", quotes and brackets are closed; text after "|" stands further in than its key',
  MULTILINE_IMPLICIT_KEY: 'a key stands on one line and ends with ":"',
  BAD_DQ_ESCAPE: 'inside double quotes a backslash starts an escape: double it, or use single quotes',
  BAD_SCALAR_START: 'quote the text',
  KEY_OVER_1024_CHARS: 'text that contains ": " has to be quoted',
};

function plainFinding(error: YamlError): Finding {
  const message = error.message.split('\n', 1)[0] ?? '';
  if (error.code === 'MISSING_CHAR' && /closing ["']/.test(message))
    return { code: 'PC1005', message: 'not valid YAML: a quoted text is not closed before this', help: HELP.MISSING_CHAR };
  const short = message.length > 160 ? `${message.slice(0, 157)}...` : message;
  return { code: 'PC1005', message: `not valid YAML: ${short.charAt(0).toLowerCase()}${short.slice(1)}`, help: HELP[error.code] };
}

interface Mistake {
  readonly place: Place;
  readonly finding: Finding;
}

/** What a person does wrong, told in other words than a parser has for what it met instead. */
function mistakeOf(source: Source, line: number): Mistake | undefined {
  const start = source.lineStarts[line] ?? 0;
  const text = source.text.slice(start, endOfLine(source, line));
  if (text.length > 2000) return undefined;
  for (const [pattern, message, help] of MISTAKES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const at = start + match.index + (match[1]?.length ?? 0);
    return { place: { start: at, end: at + (match[2]?.length ?? 1) }, finding: { code: 'PC1005', message, help } };
  }
  return isBlockText(source, line, text)
    ? {
        place: { start: start + text.search(/\S/), end: start + text.trimEnd().length },
        finding: {
          code: 'PC1005',
          message: 'this is not part of the text above: it has to stand further in than its key',
          help: 'indent every line of a text after "|" or ">" by two spaces more than the key',
        },
      }
    : undefined;
}

/** The first group stands before the place, the second is the place. */
const MISTAKES: readonly (readonly [RegExp, string, string])[] = [
  [/^()(<{7}|={7}|>{7})(?= |$)/, 'this is the mark of a merge conflict', 'decide which of the two versions stays'],
  [
    /^( *(?:- +)*)([^\S \t\r]+)/,
    'this looks like a space and is another character',
    'write plain spaces: YAML counts no others as indentation',
  ],
  [
    /^( *(?:- +)*(?:[A-Za-z_][\w-]*: +)?)([|>][-+0-9]* +[^\s#].*)$/,
    'the text after "|" or ">" starts on the next line',
    'or quote it',
  ],
  [/^( *(?:- +)*)([a-z_]+:)(?=[\w"'{[])/, 'a key ends with ": ", with a space', 'put a space after the colon'],
];

/** Whether the line above, blank ones aside, opens a text that this line does not stand far enough in for. */
function isBlockText(source: Source, line: number, text: string): boolean {
  for (let above = line - 1; above >= Math.max(0, line - 20); above -= 1) {
    const opening = source.text.slice(source.lineStarts[above] ?? 0, endOfLine(source, above));
    if (opening.trim() === '') continue;
    const key = /^( *(?:- +)*)[A-Za-z_][\w-]*:[ \t]+[|>][-+0-9]*[ \t]*(?:#.*)?$/.exec(opening)?.[1];
    return key !== undefined && text.search(/\S/) <= key.length;
  }
  return false;
}

/** `- {input} in two lines`, `prompt: Note: {input}`: text that YAML takes for syntax, and that is right once it is quoted. */
function unquotedText(source: Source, line: number): Mistake | undefined {
  const lineStart = source.lineStarts[line] ?? 0;
  const text = source.text.slice(lineStart, endOfLine(source, line));
  const parts = text.length > 2000 ? null : LINE.exec(text);
  const lead = parts?.[1];
  const rest = parts?.[2]?.trimEnd();
  if (lead === undefined || rest === undefined || /^[|>]/.test(rest)) return undefined;
  const isQuoted = /^(["']).+\1$/.test(rest);
  if (!isQuoted && /^["'][^"']*$/.test(rest)) return undefined;
  const quoted = quoteYaml(isQuoted ? rest.slice(1, -1) : rest);
  if (isValid(lead + rest) || !isValid(lead + quoted)) return undefined;
  const start = lineStart + lead.length;
  const end = start + rest.length;
  const message = /^["']/.test(rest)
    ? `the quotes end before the text does: ${isQuoted ? `write a ${rest[0] === "'" ? "' inside as ''" : '" inside as \\\\"'}` : 'quote all of it'}`
    : 'YAML reads this text as syntax: quote it';
  return {
    place: { start, end },
    finding: { code: 'PC1005', message, help: `write ${quoted}`, fix: { start, end, text: quoted } },
  };
}

const LINE = /^((?:\ufeff)?[ ]*(?:-[ ]+)*(?:[A-Za-z_][\w-]*:[ ]+)?)(\S.*)$/u;

function isValid(line: string): boolean {
  return parseDocument(line.trimStart(), { prettyErrors: false, logLevel: 'silent' }).errors.length === 0;
}
