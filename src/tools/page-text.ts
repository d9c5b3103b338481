import { ToolError } from '../core/errors.ts';
import type { Page } from './fetch-page.ts';

/** What of a page is text: HTML reduced, JSON and other text as they are. Throws `ToolError` for anything else. */
export async function textOfPage({ url, headers, body }: Page): Promise<string> {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const kind = type.toLowerCase();
  if (kind !== '' && !isText(kind)) throw notText(url, `it is ${kind.slice(0, 100)}, ${body.length} bytes`);
  const charset = /^charset="?([^"]+)"?$/i.exec(parameters.find((part) => /^charset=/i.test(part)) ?? '')?.[1];
  const isHtml = kind === 'text/html' || kind === 'application/xhtml+xml';
  const text = decode(body, charset ?? (isHtml ? charsetInside(body) : undefined));
  if (kind === '' && text.includes('\0'))
    throw notText(url, `it does not say what it is, and it is binary, ${body.length} bytes`);
  if (!isHtml && !(kind === '' && /^\s*<(!doctype html|html)/i.test(text))) return text;
  const { textOfHtml } = await import('./html-text.ts');
  return textOfHtml(text, url);
}

function isText(kind: string): boolean {
  return kind.startsWith('text/') || /^application\/(?:.*\+)?(?:json|xml|yaml|x-yaml|javascript|x-ndjson|toml)$/.test(kind);
}

/** A character set that nobody knows is taken for UTF-8, as browsers do. */
function decode(body: Buffer, charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}

function charsetInside(body: Buffer): string | undefined {
  return /<meta[^>]{0,200}charset=["']?([\w-]+)/i.exec(body.subarray(0, 1024).toString('latin1'))?.[1];
}

function notText(url: string, why: string): ToolError {
  return new ToolError(`${url} is not text: ${why}`, { code: 'PC7044', reason: 'tool' });
}
