import { statSync } from 'node:fs';
import { checkData } from '../../chain/data-file.ts';
import { locateFile, resolveLinks } from '../../chain/files.ts';
import { readBytes } from '../../chain/read-bytes.ts';
import type { DataFiles } from '../../eval/reading.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';

/** The files of a dataset, as chains have theirs: strict UTF-8, positions, and nothing outside the folder `dir`. */
export function dataFiles(dir: string, shown: (file: string) => string): DataFiles {
  const tree = { root: resolveLinks(dir) ?? dir, outside: false };
  return {
    check: checkData,
    read(file) {
      const read = readBytes(file);
      if ('why' in read) return { problem: `${shown(file)} cannot be read: ${read.why}` };
      if (read.bytes.length > MAX_BYTES)
        return { problem: `${shown(file)} has ${read.bytes.length} bytes; a dataset may have ${MAX_BYTES}` };
      const decoded = decodeUtf8(read.bytes);
      if ('text' in decoded) return { text: decoded.text.replace(/^\ufeff/, '') };
      return { problem: `${shown(file)} is not UTF-8 text: the byte at offset ${decoded.badByteAt} belongs to no character` };
    },
    locate(from, name) {
      const found = locateFile(tree, from, name);
      if ('file' in found) return isFile(found.file) ? found : { problem: `${name} is not a file` };
      const { message, label, help } = found.finding;
      const hint = label ?? help;
      return {
        problem: message.replace('folder of the chain', 'folder of the dataset'),
        ...(hint === undefined ? {} : { help: hint.replace('a chain reads', 'a dataset reads') }),
      };
    },
  };
}

const MAX_BYTES = 64 * 1024 * 1024;

function isFile(file: string): boolean {
  return statSync(file).isFile();
}
