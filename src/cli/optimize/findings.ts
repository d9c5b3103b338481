import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { UsageError } from '../../core/errors.ts';
import type { Texts } from '../../engineer/texts.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { type ReportData, reportData } from './report/data.ts';
import { htmlReport } from './report/html.ts';
import { markdownReport } from './report/markdown.ts';
import { type RunFile, readEvents, readRunFile } from './run-folder.ts';
import { contentsWith } from './texts.ts';

/** Writes what a person may want of the run beside its journal: the candidates, the best texts, a patch and the reports. */
export function writeFindings(call: Pick<Call, 'io'>, folder: string): ReportData {
  const run = readRunFile(folder);
  const events = readEvents(folder);
  const data = reportData(run, events, call.io.cwd);
  const put = (name: string, text: string): void => {
    const file = join(folder, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  };
  for (const { texts, ...about } of data.candidates) {
    for (const [id, text] of Object.entries(texts)) put(`candidates/${about.id}/${id}.txt`, `${text}\n`);
    put(`candidates/${about.id}/meta.json`, json(about));
    const scores = data.heat.scores[about.id] ?? [];
    put(
      `candidates/${about.id}/val.json`,
      json(Object.fromEntries(data.heat.rows.map((row, index) => [row, scores[index] ?? null]))),
    );
  }
  for (const { id, after } of data.texts) put(`best/${id}.txt`, `${after}\n`);
  put('best.patch', patchOf(run, bestTexts(data), call.io.cwd));
  put('report.json', json(data));
  put('report.md', markdownReport(data));
  put('report.html', htmlReport(data));
  return data;
}

export function bestTexts({ texts }: ReportData): Texts {
  return Object.fromEntries(texts.map(({ id, after }) => [id, after]));
}

export function contentsOf({ places, originals }: RunFile, texts: Texts): ReadonlyMap<string, string> {
  return contentsWith({ places, originals: new Map(Object.entries(originals)) }, texts);
}

/** For `git apply` in the working folder. */
export function patchOf(run: RunFile, texts: Texts, cwd: string): string {
  return [...contentsOf(run, texts)]
    .flatMap(([file, content]) => {
      const before = run.originals[file] ?? '';
      const shown = displayPath(file, cwd);
      return content === before
        ? []
        : [createTwoFilesPatch(`a/${shown}`, `b/${shown}`, before, content).split('\n').slice(1).join('\n')];
    })
    .join('');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Those of the candidate of that number, or of the best. Throws `UsageError` when there is no such one. */
export function textsOfCandidate(data: ReportData, number: string | undefined): Texts {
  if (number === undefined) return bestTexts(data);
  const found = data.candidates.find(({ id }) => String(id) === number);
  if (found !== undefined) return found.texts;
  const help = `its candidates are 0 to ${data.candidates.length - 1}; 0 is the first texts`;
  throw new UsageError(`run ${data.run} has no candidate "${number}"`, { code: 'PC2063', help });
}
