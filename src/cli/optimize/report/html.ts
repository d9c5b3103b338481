import { diffWordsWithSpace } from 'diff';
import { dollars } from '../../../lib/dollars.ts';
import type { CandidateRow, ReportData } from './data.ts';
import { STYLE } from './style.ts';
import { categoriesSvg, curveSvg, escaped, heatSvg, intervalsSvg, lineageSvg } from './svg.ts';
import { nextCommand, pairedScores, SPLIT_NOTES, signed, verdictLine } from './words.ts';

/** The whole report as one HTML file that asks nothing of any network. */
export function htmlReport(data: ReportData): string {
  const { chain, run, verdict, curve, categories, heat } = data;
  const sections = [
    section('Scores', data.scores.length > 0, [`<p>${legend()}</p>`, wide(intervalsSvg(data)), scoresTable(data)]),
    section('Best so far', curve.length > 0, [
      wide(curveSvg(data)),
      '<p class="note">mean on the validation rows over rollouts: optimistic, for texts are chosen by it</p>',
    ]),
    section('Changed texts', true, data.texts.map(textBlock)),
    section('Worse on the test', data.broken.length > 0, [brokenTable(data)]),
    section('Change by category', categories.length > 0, [
      wide(categoriesSvg(data)),
      '<p class="note">best texts minus first texts on the test rows, with 95 % intervals</p>',
    ]),
    section('Lineage', data.candidates.length > 0, [
      wide(lineageSvg(data)),
      `<p class="note">from left to right by rollouts; the best is filled${data.gates.every(({ accepted }) => accepted) ? '' : '; strokes below are attempts that were rejected'}</p>`,
      ...candidateBlocks(data),
    ]),
    section('Validation rows by candidate', heat.rows.length > 0, [
      wide(heatSvg(data)),
      '<p class="note">a line for each candidate, a column for each row: the fuller the colour, the higher the score; an outline was not run</p>',
    ]),
    section('Costs and settings', true, [costsTable(data)]),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(chain)}: optimisation ${escaped(run)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p class="note">${escaped(chain)} · ${escaped(data.data)} · run ${escaped(run)}</p>
<h1 class="${verdict === 'improved' ? 'good' : verdict === 'worse' ? 'bad' : 'open'}">${escaped(verdict ?? 'not finished')}</h1>
<p>${escaped(verdictLine(data).replace(/^[^:]*: /, ''))}</p>
<p><code>${escaped(nextCommand(data))}</code></p>
</header>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

function section(title: string, isThere: boolean, parts: readonly string[]): string {
  return isThere ? `<section><h2>${title}</h2>${parts.join('\n')}</section>` : '';
}

/** On a narrow screen it scrolls on its own instead of shrinking until nobody can read it. */
function wide(inner: string): string {
  return `<div class="wide">${inner}</div>`;
}

function legend(): string {
  return '<span class="key first"></span>first texts <span class="key after"></span>best texts';
}

function scoresTable({ scores, fixed, broken, test }: ReportData): string {
  const rows = pairedScores(scores).map(
    ({ texts, split, rows: count, mean, low, high }) =>
      `<tr><td>${split}</td><td>${texts}</td><td class="figure">${count}</td><td class="figure">${mean.toFixed(3)}</td><td class="figure">${low.toFixed(3)} – ${high.toFixed(3)}</td><td class="note">${split === 'train' ? 'rows that were looked at, mostly failures' : SPLIT_NOTES[split]}</td></tr>`,
  );
  const change =
    test === null
      ? ''
      : `<p>On the test: ${signed(test.difference)}, 95 % interval ${signed(test.low)} to ${signed(test.high)}; ${fixed.length} rows better, ${broken.length} worse.</p>`;
  return `${wide(`<table><thead><tr><th>rows</th><th>texts</th><th class="figure">count</th><th class="figure">mean</th><th class="figure">95 % interval</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`)}${change}`;
}

function textBlock({ id, file, before, after }: ReportData['texts'][number]): string {
  const changed = before === after ? '<p class="note">unchanged</p>' : `<pre>${marked(before, after)}</pre>`;
  return `<h3>${escaped(id)} <span class="note">${escaped(file)}</span></h3>${changed}`;
}

/** A text with the words that came and went marked. */
function marked(before: string, after: string): string {
  return diffWordsWithSpace(before, after)
    .map(({ value, added, removed }) => {
      const text = escaped(value);
      return added ? `<ins>${text}</ins>` : removed ? `<del>${text}</del>` : text;
    })
    .join('');
}

function brokenTable({ broken }: ReportData): string {
  const rows = broken.map(
    ({ id, before, after }) =>
      `<tr><td>${escaped(id)}</td><td><b>${before.score.toFixed(2)}</b><pre>${escaped(before.output)}</pre></td><td><b>${after.score.toFixed(2)}</b><pre>${escaped(after.output)}</pre><p class="note">${escaped(after.findings.join('; '))}</p></td></tr>`,
  );
  return wide(
    `<table class="sides"><thead><tr><th>row</th><th>first texts</th><th>best texts</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
  );
}

function candidateBlocks({ candidates }: ReportData): string[] {
  return candidates.map((candidate) => {
    const { id, origin, parents, mean, rows, changed } = candidate;
    const [parent] = parents;
    const score = mean === null ? 'not run on validation rows' : `${mean.toFixed(3)} on ${rows} validation rows`;
    const made = parent === undefined ? origin : `${origin} of ${parents.join(' and ')}`;
    return `<details><summary><b>${id}</b> ${made}, ${score}</summary>${changes(candidate, candidates[parent ?? -1], changed)}</details>`;
  });
}

function changes({ texts }: CandidateRow, parent: CandidateRow | undefined, changed: readonly string[]): string {
  const shown = parent === undefined ? Object.keys(texts) : changed;
  return shown
    .map((id) => `<h3>${escaped(id)}</h3><pre>${marked(parent?.texts[id] ?? texts[id] ?? '', texts[id] ?? '')}</pre>`)
    .join('');
}

function costsTable({ spent, models, seed, refused, ended, started }: ReportData): string {
  const { rollouts, questions, calls, costUsd, cached, budget } = spent;
  const rows: readonly (readonly [string, string])[] = [
    [
      'rollouts of the search',
      `${rollouts.train + rollouts.val} of ${budget}: ${rollouts.train} on train, ${rollouts.val} on validation rows`,
    ],
    ['rollouts of the test', String(rollouts.test)],
    ['from the cache alone', `${cached} rollouts`],
    ['questions to the improver', String(questions)],
    ['calls of models', String(calls)],
    ['cost', costUsd === null ? 'unknown' : dollars(costUsd)],
    [
      'texts refused unrun',
      Object.entries(refused)
        .map(([guard, count]) => `${guard} ${count}`)
        .join(', ') || 'none',
    ],
    ['the search ended', ended ?? '–'],
    ['models of the chain', models.chain.join(', ')],
    ['improver', models.improver],
    ['seed', String(seed)],
    ['started', started],
  ];
  return `<table><tbody>${rows.map(([name, value]) => `<tr><th>${name}</th><td>${escaped(value)}</td></tr>`).join('')}</tbody></table>`;
}
