import { join } from 'node:path';
import type { Chain, InputSpec } from '../../core/chain.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Call } from '../command.ts';
import { modelNames } from '../engineer/model-names.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';
import type { SynthFlags } from './flags.ts';
import type { Subject } from './subject.ts';

/** A case as the model wrote it. */
export interface Invented {
  readonly kind: string;
  readonly input?: Json;
  readonly inputs?: JsonObject;
  readonly rubric?: string;
}

/** The chain of one step that asks for cases; what it answers has to have the form of the chain's inputs. */
export async function writerChain(call: Call, subject: Subject, { writer, rubric }: SynthFlags): Promise<Chain> {
  const { chain } = subject;
  const model = writer ?? chain.engineer?.models.improver ?? chain.uses.models[0]?.id;
  const { model: defaults, ...options } = loadOptions(call);
  const given = ['about', 'fields', 'count', 'mix', 'notes', 'known'];
  const text = JSON.stringify({
    ...(await modelNames(chain)),
    ...(model === undefined ? {} : { model }),
    inputs: Object.fromEntries(given.map((name) => [name, { type: 'string', required: true }])),
    steps: [{ prompt: { file: 'synth.md' }, schema: formOf(subject, rubric) }],
  });
  const place = { cwd: join(call.io.packageDir, 'prompts/engineer'), text };
  return loadAsked('<stdin>', { ...options, ...(model === undefined ? { model: defaults } : {}), ...place });
}

/** What the writer is told of one question. */
export function questionOf(
  { about, readsInput, inputs }: Subject,
  { count, notes, known }: { readonly count: number; readonly notes: readonly string[]; readonly known: readonly string[] },
): JsonObject {
  const fields = [
    ...(readsInput ? ['- input: the text itself'] : []),
    ...Object.entries(inputs).map(
      ([name, spec]) => `- inputs.${name}: ${spec.description ?? name.replaceAll('_', ' ')} (${wordsFor(spec)})`,
    ),
  ];
  const edge = Math.round(count * EDGE_SHARE);
  const adversarial = count >= LEAST_FOR_ALL ? 1 : 0;
  const mix = `${count - edge - adversarial} typical, ${edge} edge, ${adversarial} adversarial`;
  return { about, fields: fields.join('\n'), count: String(count), mix, notes: notes.join('\n'), known: recent(known) };
}

const EDGE_SHARE = 0.3;
const LEAST_FOR_ALL = 4;
/** Characters of what there is already. */
const MOST_KNOWN = 12_000;

function wordsFor({ type, options, required }: InputSpec): string {
  const what = type === 'choice' ? `one of ${(options ?? []).join(', ')}` : type;
  return required ? what : `${what}; may be left out`;
}

/** The newest that fit. */
function recent(known: readonly string[]): string {
  const kept: string[] = [];
  let size = 0;
  for (const text of known.toReversed()) {
    const line = text.length > 300 ? `${text.slice(0, 300)}…` : text;
    size += line.length + 1;
    if (size > MOST_KNOWN) break;
    kept.unshift(line.replaceAll('</known>', '‹/known>'));
  }
  return kept.join('\n');
}

export function inventedIn(answer: Json | undefined): readonly Invented[] {
  const cases = answer !== undefined && isJsonObject(answer) ? answer.cases : undefined;
  return Array.isArray(cases) ? (cases as unknown as readonly Invented[]) : [];
}

function formOf({ readsInput, inputs }: Subject, rubric: boolean): JsonObject {
  const names = Object.keys(inputs);
  const required = names.filter((name) => inputs[name]?.required === true);
  const values = {
    type: 'object',
    properties: Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, schemaOf(spec)])),
    required,
    additionalProperties: false,
  };
  const properties = {
    kind: { type: 'string', enum: ['typical', 'edge', 'adversarial'] },
    ...(readsInput ? { input: { type: 'string' } } : {}),
    ...(names.length > 0 ? { inputs: values } : {}),
    ...(rubric ? { rubric: { type: 'string' } } : {}),
  };
  const item = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
  return {
    type: 'object',
    properties: { cases: { type: 'array', items: item } },
    required: ['cases'],
    additionalProperties: false,
  };
}

function schemaOf({ type, options }: InputSpec): JsonObject {
  if (type === 'choice') return { type: 'string', enum: [...(options ?? [])] };
  return { type: type === 'list' ? 'array' : type === 'map' ? 'object' : type };
}
