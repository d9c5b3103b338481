import { Failure } from '../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { differences } from '../differences.ts';
import type { Exchange } from './exchange.ts';

export interface Miss {
  readonly kind: Exchange['kind'];
  readonly request: JsonObject;
  /** Journal path; empty where nobody tells. */
  readonly step: string;
  readonly exchanges: readonly Exchange[];
  /** The cassette, as a person named it. */
  readonly file: string;
}

/** The error of a request that a cassette does not have: what differs from the nearest one that it has. */
export async function missed({ kind, request, step, exchanges, file }: Miss): Promise<Failure> {
  const alike = exchanges.filter((exchange) => exchange.kind === kind);
  const sameStep = alike.filter((exchange) => exchange.kind !== 'tools' && exchange.step === step);
  const now = legible(request);
  const nearest = nearestTo(
    now,
    (sameStep.length > 0 ? sameStep : alike).map((exchange) => ({ ...exchange, text: legible(exchange.request) })),
  );
  const who = step === '' ? 'a step' : `step "${step}"`;
  const where = nearest !== undefined && nearest.kind !== 'tools' && nearest.step !== step ? ` by "${nearest.step}"` : '';
  const difference =
    nearest === undefined
      ? `nothing of the kind was recorded; it asks:\n${indented(now.split('\n').slice(0, MOST_LINES))}`
      : `- recorded${where}, + now:\n${indented(await differences(nearest.text, now))}`;
  return new Failure(`${who} ${ASKS[kind]} that ${file} does not have\n${difference}`, {
    code: 'PC8202',
    reason: 'not_found',
    help: 'put back what changed, or record anew with --record; a replay never calls anything',
  });
}

const ASKS: Readonly<Record<Exchange['kind'], string>> = {
  model: 'asks a model something',
  tools: 'wants tools',
  call: 'makes a tool call',
};

const MOST_LINES = 40;

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

/** A request as lines for a person: texts as they are, everything else a line each. */
function legible(request: JsonObject): string {
  return Object.entries(request)
    .flatMap(([name, value]) => {
      if (name === 'messages' && Array.isArray(value)) return value.flatMap(messageLines);
      if (name === 'tools' && Array.isArray(value)) return value.map((tool) => `tool: ${JSON.stringify(tool)}`);
      return isJsonObject(value) && Object.keys(value).length === 0 ? [] : entryLines(name, value);
    })
    .join('\n');
}

function messageLines(message: Json): readonly string[] {
  if (!isJsonObject(message)) return [JSON.stringify(message)];
  const { role, text, ...rest } = message;
  return [
    ...entryLines(String(role), text ?? ''),
    ...Object.entries(rest).flatMap(([name, value]) => entryLines(`  ${name}`, value)),
  ];
}

function entryLines(name: string, value: Json): readonly string[] {
  if (typeof value !== 'string') return [`${name}: ${JSON.stringify(value)}`];
  return value.includes('\n') ? [`${name}:`, ...value.split('\n').map((line) => `  ${line}`)] : [`${name}: ${value}`];
}

/** The one that shares most words. */
function nearestTo<Candidate extends { readonly text: string }>(
  text: string,
  candidates: readonly Candidate[],
): Candidate | undefined {
  const words = wordsOf(text);
  let best: { readonly candidate: Candidate; readonly score: number } | undefined;
  for (const candidate of candidates) {
    const others = wordsOf(candidate.text);
    let shared = 0;
    for (const word of others) if (words.has(word)) shared += 1;
    const score = (2 * shared) / Math.max(1, words.size + others.size);
    if (best === undefined || score > best.score) best = { candidate, score };
  }
  return best?.candidate;
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
