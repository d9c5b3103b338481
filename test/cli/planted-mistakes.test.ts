import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

/** A file full of mistakes, and where each is: `line:column CODE`, counted in the file without its marks. */
const { text, planted } = unmarked(readFileSync(join(packageDir, 'test/fixtures/mistakes/planted.yaml'), 'utf8'));

const FORMS: Readonly<Record<string, (output: { stdout: string; stderr: string }) => readonly string[]>> = {
  text: ({ stderr }) => [
    ...[...stderr.matchAll(/^(?:error|warning)\[(PC\d+)\].*\n *--> chain\.yaml:(\d+:\d+)$/gm)].map(
      ([, code, at]) => `${at} ${code}`,
    ),
    ...[...stderr.matchAll(/^ {2}chain\.yaml:(\d+:\d+) (PC\d+) /gm)].map(([, at, code]) => `${at} ${code}`),
  ],
  json: ({ stdout }) =>
    (JSON.parse(stdout).files[0].problems as { line: number; column: number; code: string }[]).map(
      ({ line, column, code }) => `${line}:${column} ${code}`,
    ),
  sarif: ({ stdout }) => {
    const log: { readonly runs: readonly [{ readonly results: readonly SarifResult[] }] } = JSON.parse(stdout);
    assert.equal(isSarif(log), true, JSON.stringify(isSarif.errors));
    return log.runs[0].results.map(({ ruleId, locations: [{ physicalLocation }] }) => {
      assert.equal(physicalLocation.artifactLocation.uri, 'chain.yaml');
      return `${physicalLocation.region.startLine}:${physicalLocation.region.startColumn} ${ruleId}`;
    });
  },
  github: ({ stdout }) => {
    const lines = stdout.split('\n').slice(0, -1);
    return lines.map((line) => {
      const [, at, column, code] =
        /^::(?:error|warning) file=chain\.yaml,line=(\d+),col=(\d+),title=(PC\d+)::\S/.exec(line) ?? assert.fail(line);
      return `${at}:${column} ${code}`;
    });
  },
};

const WRITTEN: Readonly<Record<string, string>> = {
  'with line feeds': text,
  'with CRLF and a byte order mark': `\ufeff${text.replaceAll('\n', '\r\n')}`,
};

describe('a file with more than 50 planted mistakes has each reported, with its line and column,', () => {
  it('(more than 50 they are)', () => assert.ok(planted.length > 50));
  for (const [form, placesIn] of Object.entries(FORMS)) {
    for (const [name, content] of Object.entries(WRITTEN)) {
      it(`as ${form}, ${name}`, async () => {
        using sandbox = openSandbox({ 'chain.yaml': content });
        const { code, ...output } = await sandbox.run(['validate', 'chain.yaml', '--format', form]);
        assert.equal(code, 3);
        assert.deepEqual(placesIn(output), planted);
      });
    }
  }
});

interface SarifResult {
  readonly ruleId: string;
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region: { readonly startLine: number; readonly startColumn: number };
      };
    },
  ];
}

/** The official schema says draft-04 in two words that draft-07 spells otherwise; the rest is the same in both. */
const require = createRequire(import.meta.url);
const { $schema: _, id: __, ...sarifSchema } = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const isSarif = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(sarifSchema);

function unmarked(marked: string): { readonly text: string; readonly planted: readonly string[] } {
  const places: string[] = [];
  const lines = marked.split('\n').map((line, index) => {
    let kept = '';
    for (const part of line.split(/(⟨PC\d{4}⟩)/)) {
      if (part.startsWith('⟨')) places.push(`${index + 1}:${kept.length + 1} ${part.slice(1, -1)}`);
      else kept += part;
    }
    return kept;
  });
  return { text: lines.join('\n'), planted: places };
}
