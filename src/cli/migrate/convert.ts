import { type Document, isMap, type YAMLMap } from 'yaml';
import { formatYaml } from '../../chain/format.ts';
import { fromConductor } from './conductor.ts';
import { createDraft, type Draft, pairOf, type Todo, valueAt } from './draft.ts';
import { fromGoose } from './goose.ts';
import { fromOriginal } from './original.ts';

/** The tools whose files can be read. */
export const ORIGINS = ['original', 'goose', 'conductor'] as const;
export type Origin = (typeof ORIGINS)[number];

const READERS: Readonly<Record<Origin, (draft: Draft) => void>> = {
  original: fromOriginal,
  goose: fromGoose,
  conductor: fromConductor,
};

export interface Migrated {
  readonly text: string;
  readonly todos: readonly Todo[];
}

/** The tool a file is of, told by its keys; undefined when they are of none. */
export function originOf(document: Document.Parsed): Origin | undefined {
  const root = document.contents;
  if (!isMap(root)) return undefined;
  const has = (...keys: readonly string[]): boolean => keys.every((key) => pairOf(root, key) !== undefined);
  if (has('workflow', 'agents') || (isMap(valueNode(root, 'workflow')) && has('workflow'))) return 'conductor';
  if (has('models', 'instructions') || (has('steps') && (has('vin') || has('guardrails') || has('llm_model')))) return 'original';
  const recipe = isMap(valueNode(root, 'recipe')) ? valueNode(root, 'recipe') : root;
  const isRecipe =
    typeof valueAt(recipe, 'title') === 'string' && (pairOf(recipe, 'instructions') ?? pairOf(recipe, 'prompt')) !== undefined;
  return isRecipe ? 'goose' : undefined;
}

export function migrated(text: string, document: Document.Parsed, origin: Origin): Migrated | undefined {
  if (!isMap(document.contents)) return undefined;
  const draft = createDraft(text, document, document.contents as YAMLMap);
  READERS[origin](draft);
  const written = draft.text();
  return { text: formatYaml(written) ?? written, todos: draft.todos };
}

function valueNode(map: unknown, key: string): unknown {
  return pairOf(map, key)?.value;
}
