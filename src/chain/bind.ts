import type { Chain } from '../core/chain.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import type { Binding, Path, Step, StepPart } from '../core/step.ts';
import { catalogueTexts } from './catalogue-texts.ts';
import { loopOver } from './data-shape.ts';
import { locateFile } from './files.ts';
import type { Frame } from './frame.ts';
import { bindJson } from './json-file.ts';
import type { MapNode, NamedNode, Node } from './node.ts';
import { keyPlaceAt, nodeAt, placeAt } from './node.ts';
import type { PromptText } from './prompt-text.ts';
import { bindPrompt } from './prompt-text.ts';
import { shown } from './report.ts';
import { positionOf } from './source.ts';
import type { TextContext } from './texts.ts';
import { bindConfiguration, bindExpression, bindText, bindValue } from './texts.ts';

/** One step on its way to being bound. */
export interface StepSource {
  readonly node: MapNode;
  readonly id?: string;
  /** Its turn in a positional list of models. */
  readonly turn?: number;
  readonly context: TextContext;
  /** The arguments of a declared tool. */
  readonly parameters?: JsonObject;
  /** For the last step of a chain. */
  readonly answer?: AnswerFormat;
  /** Gets all that the kind is handed of the file and of what it names: what its work is made of. */
  readonly made?: Json[];
  /** Bind the steps inside it. */
  bindSteps(node: Node): readonly Step[];
  bindParts(parts: readonly NamedNode[], how: 'beside' | 'either'): readonly StepPart[];
}

/** The loader's answers to a kind's questions. What is wrong is reported, never thrown. */
export function createBinding(source: StepSource): Binding {
  const { node: root, context } = source;
  const { frame } = context;
  const { made = [] } = source;
  if (source.answer !== undefined) made.push(source.answer.schema);
  let prompt: PromptText | undefined;
  const at = (path: Path): Node | undefined => {
    const node = nodeAt(root, path);
    return node?.kind === 'scalar' && node.value === null ? undefined : node;
  };
  const withDefault = (path: Path): Node | undefined =>
    at(path) ?? (path.length === 1 ? chainDefault(frame, path[0]) : undefined);

  return {
    position: positionOf(frame.report.source, root),
    dir: frame.dir,
    ...(source.parameters === undefined ? {} : { parameters: source.parameters }),
    ...(source.answer === undefined ? {} : { answer: source.answer }),
    text(path) {
      const node = withDefault(path);
      const text = node && bindText(context, node);
      if (text !== undefined) made.push(text.source);
      return text;
    },
    value(path) {
      const node = nodeAt(root, path);
      if (node === undefined) return undefined;
      return path[0] === 'env' ? bindConfiguration(context, node) : bindValue(context, node);
    },
    expression(path, type, answer) {
      const node = at(path);
      return node && bindExpression(context, node, type, answer === undefined ? {} : { loop: loopOver(answer) });
    },
    model(params) {
      const own = at(['model']);
      const written = own?.kind === 'scalar' && typeof own.value === 'string' ? { name: own.value, place: own } : undefined;
      const { id, turn } = source;
      const wanted = { id, own: written, front: prompt?.model, turn, place: root, params, fallback: at(['fallback']) };
      const model = frame.models.resolve(wanted);
      if (model !== undefined) made.push([model.id, model.params as JsonObject, model.baseUrl ?? '', model.api ?? '']);
      return model;
    },
    steps(path) {
      const node = at(path);
      return node === undefined ? [] : source.bindSteps(node);
    },
    parts(paths, how) {
      const named = paths.flatMap((path) => {
        const node = nodeAt(root, path);
        const name = String(path.at(-1));
        if (how === 'beside' && !BRANCH_NAME.test(name)) {
          const message = `${shown(name)} is no name for a branch: small letters, digits and _`;
          frame.report.add(keyPlaceAt(root, path), { code: 'PC1101', message });
        }
        return node === undefined ? [] : [{ name, node }];
      });
      return source.bindParts(named, how);
    },
    chain(path) {
      const node = at(path);
      return node && loadNamed(frame, node);
    },
    prompt(path) {
      const node = at(path);
      prompt = node && bindPrompt(context, node);
      if (prompt !== undefined) made.push(prompt.template.source);
      return prompt;
    },
    techniques(path) {
      const node = withDefault(path);
      const texts = node === undefined ? [] : catalogueTexts(frame, node, 'techniques');
      made.push(...texts);
      return texts;
    },
    strategy(path) {
      const node = withDefault(path);
      const [text] = node === undefined ? [] : catalogueTexts(frame, node, 'strategies');
      if (text !== undefined) made.push(text);
      return text;
    },
    json(path) {
      const node = at(path);
      const json = node && bindJson(frame, node);
      if (json !== undefined) made.push(json);
      return json;
    },
    file(path, name) {
      const located = locateFile(frame.tree, frame.dir, name);
      if ('file' in located) return located.file;
      frame.report.add(placeAt(root, path), located.finding);
      return undefined;
    },
    problem(path, problem) {
      frame.report.add(nodeAt(root, path) === undefined ? placeAt(root, path) : placeOf(root, path), problem);
    },
  };
}

/** It is a part of journal paths and a field of what the branches give. */
const BRANCH_NAME = /^[a-z][a-z0-9_]*$/;

/** Keys of the chain that stand in for those of its steps. */
const INHERITED: ReadonlySet<string | number> = new Set(['system', 'techniques', 'strategy']);

function chainDefault(frame: Frame, key: string | number | undefined): Node | undefined {
  return key !== undefined && INHERITED.has(key) ? frame.root.entries.get(String(key))?.value : undefined;
}

function placeOf(root: MapNode, path: Path): { start: number; end: number } {
  const node = nodeAt(root, path);
  return node === undefined || node.kind === 'map' ? keyPlaceAt(root, path) : node;
}

function loadNamed(frame: Frame, node: Node): Chain | undefined {
  const name = node.kind === 'scalar' ? String(node.value) : '';
  const located = locateFile(frame.tree, frame.dir, name);
  if ('file' in located) return frame.loadChain(located.file, node);
  frame.report.add(node, located.finding);
  return undefined;
}
