import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import { pickSentences, sentencesOf } from './sentences.ts';

/** The answer of a declared form that stands in the text itself; or what of it does not. */
export type Extracted = { readonly text: string } | { readonly missing: string };

export function extracted({ schema, choices }: AnswerFormat, prompt: string): Extracted {
  const text = subjectOf(prompt);
  if (choices !== undefined) {
    const label = labelIn(text, choices);
    return label === undefined ? { missing: `which of ${choices.join(', ')} it is` } : { text: label };
  }
  if (schema.type !== 'object' || !isJsonObject(schema.properties)) return { missing: 'an answer of that form' };
  const required = Array.isArray(schema.required) ? schema.required : [];
  const found: Record<string, Json> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = isJsonObject(property) ? fieldIn(text, name, property) : undefined;
    if (value !== undefined) found[name] = value;
    else if (required.includes(name)) return { missing: `the field "${name}"` };
  }
  return { text: JSON.stringify(found) };
}

/** The request stands before the first colon or line break, as in other prompts to this model. */
function subjectOf(prompt: string): string {
  const subject = /^[^\n:]*(?::(?=\s)|\n)([\s\S]*\S)/.exec(prompt)?.[1];
  return subject ?? prompt;
}

/** The choice that is named most often; undefined when none is, or two are equally. */
function labelIn(text: string, choices: readonly string[]): string | undefined {
  const counted = choices.map((choice) => ({ choice, count: countOf(text, choice) })).sort((a, b) => b.count - a.count);
  const [first, second] = counted;
  return first === undefined || first.count === 0 || first.count === second?.count ? undefined : first.choice;
}

function countOf(text: string, word: string): number {
  return [...text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${escaped(word)}(?:s|es)?(?![\\p{L}\\p{N}])`, 'giu'))].length;
}

function fieldIn(text: string, name: string, schema: JsonObject): Json | undefined {
  const said = writtenAfter(text, name);
  if (Array.isArray(schema.enum)) {
    const choices = schema.enum.filter((each) => typeof each === 'string');
    return labelIn(said ?? text, choices);
  }
  switch (schema.type) {
    case 'string':
      return said ?? (/^(?:summary|gist|headline|title)$/.test(name) ? mainSentence(text) : undefined);
    case 'number':
    case 'integer':
      return numberIn(said ?? '', schema.type === 'integer');
    case 'boolean':
      return said === undefined ? undefined : TRUTH.get(said.toLowerCase());
    case 'array':
      return said
        ?.split(/\s*[,;]\s*/)
        .map((item) => item.trim())
        .filter((item) => item !== '');
    default:
      return undefined;
  }
}

/** `Severity: 3`, at the beginning of a line or within one. */
function writtenAfter(text: string, name: string): string | undefined {
  const words = escaped(name).replaceAll('_', '[ _-]');
  const found = new RegExp(`(?<![\\p{L}\\p{N}])${words}[ \\t]*[:=][ \\t]*([^\\n]*[^\\n.\\s])`, 'iu').exec(text)?.[1];
  return found?.trim();
}

const TRUTH: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
]);

function numberIn(text: string, whole: boolean): number | undefined {
  const found = /^-?\d+(?:\.\d+)?(?![\w.])/.exec(text)?.[0];
  if (found === undefined || (whole && found.includes('.'))) return undefined;
  return Number(found);
}

function mainSentence(text: string): string | undefined {
  return pickSentences(sentencesOf(text), { sentences: 1, limit: undefined })[0];
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
