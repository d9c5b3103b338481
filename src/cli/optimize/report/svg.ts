import type { ReportData } from './data.ts';
import { lanesOf } from './lanes.ts';
import { pairedScores, signed } from './words.ts';

/** A text for HTML, attributes included. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 44;
const BOTTOM = 28;
const TOP = 12;

/** The best validation mean over the rollouts that were spent. */
export function curveSvg({ curve, spent }: ReportData): string {
  const all = Math.max(1, spent.rollouts.train + spent.rollouts.val);
  const x = (value: number) => LEFT + ((WIDTH - LEFT - 12) * value) / all;
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value);
  const steps = curve.map(({ spent: at, mean }, index) => {
    const end = curve[index + 1]?.spent ?? all;
    return `${index === 0 ? 'M' : 'L'}${n(x(at))} ${n(y(mean))} H${n(x(end))}`;
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - 12}" y1="${n(y(value))}" y2="${n(y(value))}"/><text x="${LEFT - 8}" y="${n(y(value) + 4)}" text-anchor="end">${value.toFixed(2)}</text>`,
  );
  const ticks = ticksTo(all).map((value) => `<text x="${n(x(value))}" y="${HEIGHT - 8}" text-anchor="middle">${value}</text>`);
  const dots = curve.map(
    ({ spent: at, mean }) =>
      `<circle class="dot" cx="${n(x(at))}" cy="${n(y(mean))}" r="4"><title>${mean.toFixed(3)} after ${at} rollouts</title></circle>`,
  );
  return svg(WIDTH, HEIGHT, 'The best mean on validation rows over rollouts', [
    ...grid,
    ...ticks,
    `<path class="line" d="${steps.join(' ')}"/>`,
    ...dots,
  ]);
}

const LANE = 34;
const NODE = 13;

/** Candidates by when they came, each joined with those it was made from; short strokes are attempts that were rejected. */
export function lineageSvg({ candidates, gates, best, spent }: ReportData): string {
  const all = Math.max(1, spent.rollouts.train + spent.rollouts.val);
  const x = (value: number) => NODE + 4 + ((WIDTH - 2 * NODE - 8) * value) / all;
  const lanes = lanesOf(candidates, best);
  const y = (id: number) => NODE + 6 + (lanes.get(id) ?? 0) * LANE;
  const height = NODE * 2 + 26 + Math.max(0, ...lanes.values()) * LANE;
  const edges = candidates.flatMap(({ id, parents, spent: at }) =>
    parents.map((parent) => {
      const from = x(candidates[parent]?.spent ?? 0);
      const turn = Math.min(2 * NODE, x(at) - from);
      return `<path class="edge" d="M${n(from)} ${n(y(parent))} C${n(from + turn)} ${n(y(parent))} ${n(from)} ${n(y(id))} ${n(from + turn)} ${n(y(id))} H${n(x(at))}"/>`;
    }),
  );
  const rejected = gates
    .filter(({ accepted }) => !accepted)
    .map(
      ({ iteration, parent, spent: at }) =>
        `<line class="rejected" x1="${n(x(at))}" x2="${n(x(at))}" y1="${height - 16}" y2="${height - 4}"><title>iteration ${iteration}: texts made from candidate ${parent} were no better</title></line>`,
    );
  const nodes = candidates.map(({ id, mean, origin, spent: at }) => {
    const about = `candidate ${id} (${origin})${mean === null ? '' : `, ${mean.toFixed(3)} on validation`}`;
    return `<g class="node${id === best ? ' best' : ''}"><title>${about}</title><circle cx="${n(x(at))}" cy="${n(y(id))}" r="${NODE}"/><text x="${n(x(at))}" y="${n(y(id) + 4)}" text-anchor="middle">${id}</text></g>`;
  });
  return svg(WIDTH, height, 'Which candidate was made from which', [...edges, ...rejected, ...nodes]);
}

/** Validation rows against candidates: the darker, the higher the score. */
export function heatSvg({ heat, candidates }: ReportData): string {
  const rows = heat.rows.length;
  const cell = Math.max(4, Math.min(22, Math.floor((WIDTH - 40) / Math.max(1, rows))));
  const tall = Math.max(10, Math.min(22, Math.floor(480 / Math.max(1, candidates.length))));
  const cells = heat.scores.flatMap((scores, candidate) => [
    `<text x="32" y="${n(candidate * tall + tall * 0.7)}" text-anchor="end">${candidate}</text>`,
    ...scores.map((score, row) => {
      const place = `x="${40 + row * cell}" y="${candidate * tall}" width="${cell - 1}" height="${tall - 1}"`;
      const about = `${heat.rows[row]}, candidate ${candidate}: ${score === null ? 'not run' : score.toFixed(2)}`;
      const look = score === null ? 'class="none"' : `class="heat" fill-opacity="${(0.08 + 0.92 * score).toFixed(2)}"`;
      return `<rect ${place} ${look}><title>${escaped(about)}</title></rect>`;
    }),
  ]);
  return svg(44 + rows * cell, heat.scores.length * tall, 'Validation rows by candidate', cells);
}

/** The change of each category of test rows, with its interval, around no change. */
export function categoriesSvg({ categories }: ReportData): string {
  const scale = (WIDTH - 260) / 2;
  const x = (value: number) => n(180 + scale * (1 + value));
  const rows = categories.flatMap(({ category, rows: count, difference, low, high }, index) => {
    const y = 32 + index * 24;
    const [from, to] = difference < 0 ? [difference, 0] : [0, difference];
    return [
      `<text x="172" y="${y + 4}" text-anchor="end">${escaped(shortened(category))} (${count})<title>${escaped(category)}</title></text>`,
      `<rect class="${difference < 0 ? 'worse' : 'after'}" x="${x(from)}" y="${y - 7}" width="${n(Math.max(1, (to - from) * scale))}" height="14"/>`,
      `<line class="range plain" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>`,
      `<text x="${WIDTH - 4}" y="${y + 4}" text-anchor="end">${signed(difference)}</text>`,
    ];
  });
  const height = categories.length * 24 + 26;
  const marks = [-1, -0.5, 0, 0.5, 1].flatMap((value) => [
    `<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="18" y2="${height}"/>`,
    `<text x="${x(value)}" y="12" text-anchor="middle">${value === 0 ? '0' : signed(value, 1)}</text>`,
  ]);
  return svg(WIDTH, height, 'Change of the test scores by category', [...marks, ...rows]);
}

/** Mean scores with their intervals. */
export function intervalsSvg({ scores }: ReportData): string {
  const scale = WIDTH - 190;
  const rows = pairedScores(scores).flatMap(({ texts, split, mean, low, high }, index) => {
    const y = 14 + index * 22;
    const x = (value: number) => n(120 + value * scale);
    return [
      `<text x="108" y="${y + 4}" text-anchor="end">${split} ${texts}</text>`,
      `<line class="grid" x1="120" x2="${120 + scale}" y1="${y}" y2="${y}"/>`,
      `<line class="range ${texts}" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>`,
      `<circle class="mean ${texts}" cx="${x(mean)}" cy="${y}" r="5"><title>${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]</title></circle>`,
      `<text x="${WIDTH - 4}" y="${y + 4}" text-anchor="end">${mean.toFixed(3)}</text>`,
    ];
  });
  return svg(WIDTH, scores.length * 22 + 8, 'Mean scores with 95 % intervals', rows);
}

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

/** Of a category, beside its bar. */
const LONGEST_NAME = 20;

function svg(width: number, height: number, label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="${escaped(label)}">${parts.join('')}</svg>`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function ticksTo(all: number): number[] {
  const raw = all / 6;
  const size = 10 ** Math.floor(Math.log10(Math.max(1, raw)));
  const step = ([1, 2, 5, 10].find((each) => each * size >= raw) ?? 10) * size;
  return Array.from({ length: Math.floor(all / step) + 1 }, (_, index) => index * step);
}
