import type { Chain } from '../core/chain.ts';
import type { JsonObject } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import type { Binding, Path, Step } from '../core/step.ts';
import { catalogueTexts } from './catalogue-texts.ts';
import { locateFile } from './files.ts';
import type { Frame } from './frame.ts';
import { bindJson } from './json-file.ts';
import type { MapNode, Node } from './node.ts';
import { keyPlaceAt, nodeAt, placeAt } from './node.ts';
import type { PromptText } from './prompt-text.ts';
import { bindPrompt } from './prompt-text.ts';
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
  /** Binds the steps inside it. */
  bindSteps(node: Node): readonly Step[];
}

/** The loader's answers to a kind's questions. What is wrong is reported, never thrown. */
export function createBinding(source: StepSource): Binding {
  const { node: root, context } = source;
  const { frame } = context;
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
      return node && bindText(context, node);
    },
    value(path) {
      const node = nodeAt(root, path);
      if (node === undefined) return undefined;
      return path[0] === 'env' ? bindConfiguration(context, node) : bindValue(context, node);
    },
    expression(path, type, place) {
      const node = at(path);
      return node && bindExpression(context, node, type, place === 'loop' ? { loop: { type: 'map' } } : {});
    },
    model(params) {
      const own = at(['model']);
      const written = own?.kind === 'scalar' && typeof own.value === 'string' ? { name: own.value, place: own } : undefined;
      return frame.models.resolve({
        id: source.id,
        own: written,
        front: prompt?.model,
        turn: source.turn,
        place: root,
        params,
        fallback: at(['fallback']),
      });
    },
    steps(path) {
      const node = at(path);
      return node === undefined ? [] : source.bindSteps(node);
    },
    chain(path) {
      const node = at(path);
      return node && loadNamed(frame, node);
    },
    prompt(path) {
      const node = at(path);
      prompt = node && bindPrompt(context, node);
      return prompt;
    },
    techniques(path) {
      const node = withDefault(path);
      return node === undefined ? [] : catalogueTexts(frame, node, 'techniques');
    },
    strategy(path) {
      const node = withDefault(path);
      return node && catalogueTexts(frame, node, 'strategies')[0];
    },
    json(path) {
      const node = at(path);
      return node && bindJson(frame, node);
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
