import { parseDocument } from 'yaml';
import type { YamlError } from './parse.ts';
import { quoteYaml } from './quote.ts';
import type { Finding, Report } from './report.ts';
import type { Place, Source } from './source.ts';
import { endOfLine, lineAt } from './source.ts';

/** Reports the YAML errors of a file, the first of each line: the others of a line follow from it. */
export function reportSyntax(report: Report, errors: readonly YamlError[]): void {
  const { source } = report;
  const seen = new Set<number>();
  const sorted = [...errors].sort((a, b) => a.start - b.start);
  for (const error of sorted) {
    const line = lineAt(source.lineStarts, error.start);
    if (seen.has(line)) continue;
    seen.add(line);
    const quoted = seen.size <= 20 ? unquotedText(source, line) : undefined;
    report.add(quoted?.place ?? error, quoted?.finding ?? plainFinding(error));
  }
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
  const short = message.length > 160 ? `${message.slice(0, 157)}...` : message;
  return { code: 'PC1005', message: `not valid YAML: ${short.charAt(0).toLowerCase()}${short.slice(1)}`, help: HELP[error.code] };
}

/** `- {input} in two lines`, `prompt: Note: {input}`: text that YAML takes for syntax, and that is right once it is quoted. */
function unquotedText(source: Source, line: number): { place: Place; finding: Finding } | undefined {
  const lineStart = source.lineStarts[line] ?? 0;
  const text = source.text.slice(lineStart, endOfLine(source, line));
  const parts = text.length > 2000 ? null : LINE.exec(text);
  const lead = parts?.[1];
  const rest = parts?.[2]?.trimEnd();
  if (lead === undefined || rest === undefined || /^["'|>]/.test(rest)) return undefined;
  const quoted = quoteYaml(rest);
  if (isValid(lead + rest) || !isValid(lead + quoted)) return undefined;
  const start = lineStart + lead.length;
  const end = start + rest.length;
  const message = 'YAML reads this text as syntax: quote it';
  return {
    place: { start, end },
    finding: { code: 'PC1005', message, help: `write ${quoted}`, fix: { start, end, text: quoted } },
  };
}

const LINE = /^((?:\ufeff)?[ ]*(?:-[ ]+)*(?:[A-Za-z_][\w-]*:[ ]+)?)(\S.*)$/u;

function isValid(line: string): boolean {
  return parseDocument(line.trimStart(), { prettyErrors: false, logLevel: 'silent' }).errors.length === 0;
}
