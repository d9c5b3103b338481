import { decodeUtf8, guardText, LIMITS, type Limits } from './guard.ts';
import { parseYaml } from './parse.ts';
import { type Report, silentAbout } from './report.ts';
import type { Place } from './source.ts';
import { buildTree, TooManyValues, type Tree } from './tree.ts';

/**
 * The tree of a YAML file, and a report that says nothing of what could not be read into it. Undefined, and the problems
 * reported, when there is none: a file that is not UTF-8, beyond the limits, or not YAML.
 */
export function readTree(
  bytes: Uint8Array,
  reportOn: (text: string) => Report,
): { readonly tree: Tree; readonly report: Report } | undefined {
  const decoded = decodeUtf8(bytes);
  if ('badByte' in decoded) {
    const { before, badByte } = decoded;
    const value = bytes[badByte]?.toString(16).padStart(2, '0');
    const place = { start: before.length, end: before.length + 1 };
    reportOn(before).add(place, { code: 'PC1002', message: `byte ${badByte} (0x${value}) is not UTF-8` });
    return undefined;
  }
  const report = reportOn(decoded.text);
  const characters = guardText(report, bytes.length);
  return characters && parsedTree(report, characters);
}

/** The same of a text that was looked at already; `characters` are the places to set aside. */
export function parsedTree(report: Report, characters: readonly Place[], limits: Limits = LIMITS) {
  const parsed = parseYaml(report, characters, limits);
  if (parsed === undefined) return undefined;
  const about = parsed.unread.length === 0 ? report : silentAbout(report, parsed.unread);
  try {
    return { tree: buildTree(parsed.document, about, limits), report: about };
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw error;
    report.add(error.place, { code: 'PC1003', message: error.message });
    return undefined;
  }
}
