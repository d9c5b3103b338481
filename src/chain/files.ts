import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import { nearest } from '../lib/nearest.ts';
import { decodeUtf8, LIMITS } from './guard.ts';
import { readBytes } from './read-bytes.ts';
import type { Finding } from './report.ts';
import { shown } from './report.ts';

/** What a chain may read: its own folder tree, links resolved, unless `outside` is allowed. */
export interface FileTree {
  readonly root: string;
  readonly outside: boolean;
}

/** The real path of a file a chain names, or why it may not be used. */
export function locateFile(tree: FileTree, dir: string, name: string): { readonly file: string } | { readonly finding: Finding } {
  if (name === '' || name.includes('\0')) return refused(`${shown(name)} is not the name of a file`);
  const wanted = isAbsolute(name) ? name : resolve(dir, name);
  if (!tree.outside && !isInside(tree.root, wanted) && !isInside(tree.root, resolveLinks(wanted) ?? wanted)) return outside(name);
  const file = resolveLinks(wanted);
  if (file === undefined) return missing(wanted, name);
  if (!tree.outside && !isInside(tree.root, file)) return outside(name);
  return { file };
}

/** The text of a file a chain names, without a byte order mark. */
export function readText(file: string, name: string): { readonly text: string } | { readonly finding: Finding } {
  const found = statSync(file);
  if (!found.isFile()) return refused(`${shown(name)} is not a file`);
  if (found.size > LIMITS.bytes)
    return refused(`${shown(name)} has ${found.size} bytes; a file of a chain may have ${LIMITS.bytes}`);
  const read = readBytes(file);
  if ('why' in read) return refused(`${shown(name)} cannot be read: ${read.why}`);
  const decoded = decodeUtf8(read.bytes);
  if ('badByte' in decoded) return refused(`${shown(name)} is not UTF-8 text: byte ${decoded.badByte} is not valid`);
  return { text: decoded.text.replace(/^\ufeff/, '') };
}

export function resolveLinks(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function refused(message: string): { readonly finding: Finding } {
  return { finding: { code: 'PC1311', message } };
}

function outside(name: string): { readonly finding: Finding } {
  const message = `the file ${shown(name)} is outside the folder of the chain`;
  return { finding: { code: 'PC1311', message, help: 'move it into that folder: a chain reads nothing outside of it' } };
}

function missing(wanted: string, name: string): { readonly finding: Finding } {
  if (isLink(wanted)) return refused(`${shown(name)} is a link that leads nowhere`);
  const near = nearest(basename(wanted), namesIn(dirname(wanted)));
  const suggestion = near === undefined ? undefined : name.slice(0, name.length - basename(name).length) + near;
  const message = `the file ${shown(name)} does not exist`;
  return {
    finding: { code: 'PC1311', message, label: suggestion === undefined ? undefined : `did you mean ${shown(suggestion)}?` },
  };
}

function isLink(path: string): boolean {
  try {
    return readlinkSync(path) !== '';
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, 1000);
  } catch {
    return [];
  }
}
