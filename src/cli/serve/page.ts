import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { PageFiles } from '../../serve/routes/page.ts';

/** The files of the web page, by name, as the bundle has them; none in a checkout that was not bundled. */
export function readPage(packageDir: string): PageFiles {
  const folder = join(packageDir, 'dist/page');
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder).map((name) => {
      const body = new Uint8Array(readFileSync(join(folder, name)));
      const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
      return [name, { type: TYPES[extname(name)] ?? 'application/octet-stream', body, etag }];
    }),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};
