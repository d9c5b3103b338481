import type { StepKind } from '../core/step.ts';
import { nearest } from '../lib/nearest.ts';
import type { Frame } from './frame.ts';
import type { MapNode, Node } from './node.ts';
import { quoteYaml } from './quote.ts';
import type { Finding } from './report.ts';
import { isFreeKey, unknownKey } from './unknown-key.ts';
import { FOREIGN } from './words.ts';

/**
 * The kind of a step: the one of its keys that names one. A key that is also an option of every step (`remember`) is a kind
 * only where no other is.
 */
export function findKind(frame: Frame, node: MapNode, label: string): StepKind | undefined {
  const { kinds, options, report } = frame;
  const keys = [...node.entries.keys()];
  const named = keys.filter((key) => kinds.has(key));
  const proper = named.filter((key) => !options.stepOptions.has(key));
  const [first, second] = proper.length > 0 ? proper : named;
  if (first !== undefined && second === undefined) return kinds.get(first);
  if (first !== undefined && second !== undefined) {
    const help =
      [first, second].includes('stop') && [first, second].includes('prompt')
        ? 'texts that end an answer are "stop_sequences"'
        : oneOf(frame);
    report.add(keyPlace(node, second), { code: 'PC1107', message: `${label} has two kinds: "${first}" and "${second}"`, help });
    return undefined;
  }
  reportNoKind(frame, node, label);
  return undefined;
}

function keyPlace(node: MapNode, key: string): { start: number; end: number } {
  return node.entries.get(key)?.key ?? node;
}

function oneOf({ kinds }: Frame): string {
  return `a step has exactly one of: ${[...kinds.keys()].join(', ')}`;
}

function reportNoKind(frame: Frame, node: MapNode, label: string): void {
  const { kinds, options, report } = frame;
  const known = options.stepOptions.keys;
  const unknown = [...node.entries.keys()].filter((key) => !isFreeKey(key) && !known.includes(key));
  for (const key of unknown) {
    const isKindSlip = nearest(key, kinds.keys()) !== undefined;
    if (!isKindSlip && !FOREIGN.step.has(key) && unknown.length > 1 && isOption(frame, key)) continue;
    const owner = {
      name: label,
      known: [...kinds.keys(), ...known],
      foreign: FOREIGN.step,
      help: oneOf(frame),
    };
    report.add(keyPlace(node, key), unknownKey(key, owner));
  }
  if (unknown.length > 0) return;
  const [first] = node.entries.values();
  report.add(first?.key ?? node, { code: 'PC1107', message: `${label} has no kind: it does nothing`, help: oneOf(frame) });
}

function isOption({ kinds }: Frame, key: string): boolean {
  return [...kinds.values()].some((kind) => kind.options.has(key));
}

/** Reports a step that was meant as a text, or a text that was meant as a map. True when it did. */
export function reportTextStep(frame: Frame, item: Node): boolean {
  if (item.kind === 'map') return reportMapStep(frame, item);
  if (item.kind !== 'scalar' || item.style !== 'plain' || typeof item.value !== 'string') return false;
  const [, key, space] = /^([a-z_]+):([^\S ]?)(?=\S)/.exec(item.value) ?? [];
  if (key === undefined || space === undefined || !frame.kinds.has(key)) return false;
  const at = item.start + key.length + 1;
  if (space !== '') {
    const message = `this is a text, not a map: what follows ":" looks like a space and is another character`;
    const fix = { start: at, end: at + 1, text: ' ' };
    frame.report.add({ start: item.start, end: at + 1 }, { code: 'PC1109', message, label: `write "${key}: "`, fix });
    return true;
  }
  const message = `this is a text, not a map: a key ends with ": ", with a space`;
  frame.report.add(
    { start: item.start, end: at },
    { code: 'PC1109', message, label: `write "${key}: "`, fix: { start: at, end: at, text: ' ' } },
  );
  return true;
}

/** `- Extract facts from: {input}` is a map with the key "Extract facts from". */
function reportMapStep(frame: Frame, node: MapNode): boolean {
  const [[key, entry] = []] = node.entries;
  if (key === undefined || entry === undefined || node.flow || isWord(frame, key)) return false;
  const isSentence =
    /\s/.test(key) || (node.entries.size === 1 && nearest(key, wordsOf(frame)) === undefined && !/^[a-z_]+$/.test(key));
  if (!isSentence) return false;
  for (const inner of node.entries.values()) frame.braced.delete(inner.value);
  frame.report.add(node, textAsMap(frame.report.source.text, node));
  return true;
}

function textAsMap(text: string, node: MapNode): Finding {
  const written = text.slice(node.start, node.end).trimEnd();
  const message = 'this item is a map, not text: YAML reads ": " as a key; quote it';
  if (written.includes('\n'))
    return { code: 'PC1109', message, help: 'for a text of several lines write "- |" and start it on the next line' };
  const quoted = quoteYaml(written);
  return {
    code: 'PC1109',
    message,
    label: `write ${quoted.length > 60 ? 'it in quotes' : quoted}`,
    fix: { start: node.start, end: node.start + written.length, text: quoted },
  };
}

function isWord(frame: Frame, key: string): boolean {
  if (frame.kinds.has(key) || frame.options.stepOptions.has(key)) return true;
  return isFreeKey(key) || FOREIGN.step.has(key) || wordsOf(frame).includes(key) || isOption(frame, key);
}

function wordsOf({ kinds, options }: Frame): string[] {
  return [...kinds.keys(), ...options.stepOptions.keys];
}
