import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { locateFile, resolveLinks } from '../../chain/files.ts';
import { partText } from '../../chain/front-matter.ts';
import { promptsIn } from '../../chain/prompt-text.ts';
import type { Chain } from '../../core/chain.ts';
import { withScalar, type YamlPath } from './yaml-text.ts';

/** Where a text that a model is given stands, in the chain file or in a prompt file. */
export interface PromptPlace {
  /** `decide.prompt`, `decide.system`. */
  readonly id: string;
  readonly step: string;
  /** Absolute. */
  readonly file: string;
  /** From the root of the YAML; undefined for the body of a prompt file. */
  readonly path?: YamlPath;
  /** Without the line breaks it ends with. */
  readonly text: string;
}

/**
 * The texts of a chain's own steps that ask a model, in the order of the file. Steps inside others need an id to be among
 * them, and so does a text something to change besides its placeholders. A file of several steps is one place.
 */
export function promptPlaces(chain: Chain): readonly PromptPlace[] {
  const source = textOf(chain.file);
  const document = parseDocument(source);
  if (!isMap(document.contents)) return [];
  const dirs = document.getIn(['prompt_dirs']);
  const found = new Map<string, PromptPlace>();
  const look: Look = {
    chain,
    dirs: isSeq(dirs) ? dirs.items.map((item) => String(isScalar(item) ? item.value : item)) : ['prompts'],
    add(place) {
      const key = place.path === undefined ? place.file : `${place.file} ${place.path.join(' ')}`;
      if (/\p{L}/u.test(place.text.replace(/\{[^{}]*\}/g, '')) && !found.has(key)) found.set(key, place);
    },
  };
  for (const key of ['steps', 'instructions', 'finally']) lookAt(look, document.contents.get(key), [key]);
  return [...found.values()];
}

interface Look {
  readonly chain: Chain;
  readonly dirs: readonly string[];
  add(place: PromptPlace): void;
}

function lookAt(look: Look, node: unknown, path: YamlPath): void {
  if (isSeq(node)) for (const [index, item] of node.items.entries()) lookAtItem(look, item, [...path, index]);
  else if (isMap(node)) lookAtStep(look, node, path, undefined);
}

function lookAtItem(look: Look, item: unknown, path: YamlPath): void {
  const number = path.length === 2 ? String(Number(path[1]) + 1) : undefined;
  if (isMap(item)) lookAtStep(look, item, path, number);
  else if (number !== undefined && isScalar(item) && typeof item.value === 'string')
    look.add({ id: `${number}.prompt`, step: number, file: look.chain.file, path, text: trimmed(item.value) });
}

function lookAtStep(look: Look, map: YAMLMap, path: YamlPath, number: string | undefined): void {
  const id = map.get('id');
  const step = typeof id === 'string' ? id : number;
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (step !== undefined && TEXTS.has(key) && map.get('raw') !== true) lookAtText(look, pair.value, [...path, key], step);
    if (!CLOSED.has(key)) lookAt(look, pair.value, [...path, key]);
  }
}

/** The keys of a step whose value a model is given as it is written. */
const TEXTS: ReadonlySet<string> = new Set(['prompt', 'objective', 'system']);
/** Keys whose values hold no steps, though they may hold maps. */
const CLOSED: ReadonlySet<string> = new Set([...TEXTS, 'output_schema', 'schema', 'with', 'params', 'extra', 'args', 'remember']);

function lookAtText({ chain, dirs, add }: Look, node: unknown, path: YamlPath, step: string): void {
  const key = String(path.at(-1));
  const id = `${step}.${key}`;
  if (isScalar(node) && typeof node.value === 'string') {
    add({ id, step, file: chain.file, path, text: trimmed(node.value) });
    return;
  }
  if (key !== 'prompt' || !isMap(node)) return;
  const file = fileOf(chain, dirs, node);
  if (file !== undefined) add({ id, step, file, text: trimmed(partText(file, textOf(file)).body) });
}

function fileOf({ dir }: Chain, dirs: readonly string[], node: YAMLMap): string | undefined {
  const [file, id] = [node.get('file'), node.get('id')];
  const named = (name: string): string | undefined => {
    const found = locateFile({ root: resolveLinks(dir) ?? dir, outside: false }, dir, name);
    return 'file' in found ? found.file : undefined;
  };
  if (typeof file === 'string') return named(file);
  const prompt = dirs.flatMap((each) => promptsIn(join(dir, each))).find(({ stem }) => stem === id);
  return prompt === undefined ? undefined : named(prompt.file);
}

/** What the file of a place holds once the place has this text, everything else as it was. */
export function withText(content: string, { file, path, text: before }: PromptPlace, text: string): string {
  if (text === before) return content;
  const mark = content.startsWith('\ufeff') ? '\ufeff' : '';
  const source = content.slice(mark.length);
  if (path !== undefined) {
    const value = String(parseDocument(source).getIn(path));
    return mark + withScalar(source, path, text + value.slice(trimmed(value).length));
  }
  const { body, bodyStart } = partText(file, source);
  const end = bodyStart + trimmed(body).length;
  const breaks = source.includes('\r\n') ? text.replace(/\r?\n/g, '\r\n') : text;
  return mark + source.slice(0, bodyStart) + breaks + source.slice(end);
}

function trimmed(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
}
