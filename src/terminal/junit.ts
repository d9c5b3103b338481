import type { CaseRun } from '../core/evaluation.ts';
import { textOf } from '../core/json.ts';
import { sanitize } from './sanitize.ts';

export interface JunitSuite {
  readonly name: string;
  readonly durationMs: number;
  readonly runs: readonly CaseRun[];
  /** Cases that were not run. */
  readonly skipped: readonly { readonly id: string; readonly description?: string }[];
}

/** The results as JUnit XML: a failed case is a failure, one without a verdict an error. */
export function junitText({ name, durationMs, runs, skipped }: JunitSuite): string {
  const failures = runs.filter(({ score }) => score?.pass === false).length;
  const errors = runs.filter(({ score }) => score === undefined).length;
  const counts = `tests="${runs.length + skipped.length}" failures="${failures}" errors="${errors}" skipped="${skipped.length}" time="${seconds(durationMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="promptchain test" ${counts}>`,
    `  <testsuite name="${escaped(name)}" ${counts}>`,
    ...runs.map((run) => testcase(run, name)),
    ...skipped.map(
      (each) => `    <testcase classname="${escaped(name)}" name="${escaped(nameOf(each))}" time="0"><skipped/></testcase>`,
    ),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testcase({ case: asked, repeat, answer, score, error, durationMs }: CaseRun, suite: string): string {
  const name = repeat === 1 ? nameOf(asked) : `${nameOf(asked)} (run ${repeat})`;
  const { file, line } = asked.position;
  const head = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}" file="${escaped(file)}" line="${line}" time="${seconds(durationMs)}"`;
  const wrong =
    score === undefined
      ? element('error', error?.code ?? '', error?.message ?? 'it was not judged')
      : score.pass
        ? ''
        : element('failure', 'assertion', score.reason);
  const out =
    answer === undefined || score?.pass === true ? '' : `\n      <system-out>${escaped(textOf(answer.output))}</system-out>`;
  return wrong === '' ? `${head}/>` : `${head}>\n      ${wrong}${out}\n    </testcase>`;
}

function element(tag: string, type: string, message: string): string {
  return `<${tag} type="${escaped(type)}" message="${escaped(message)}"/>`;
}

function nameOf({ id, description }: { readonly id: string; readonly description?: string }): string {
  return description === undefined ? id : `${id} ${description}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** XML has no form at all for most control characters, nor for half of a pair. */
function escaped(text: string): string {
  return sanitize(text)
    .replace(/[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replace(/[<>&"\n\t]/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};
