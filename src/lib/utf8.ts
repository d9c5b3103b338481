/** Strict UTF-8: the text, or the offset of the first byte that belongs to no character. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): { readonly text: string } | { readonly badByteAt: number } {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf(REPLACEMENT, from);
    if (at === -1) return { text };
    offset += Buffer.byteLength(text.slice(from, at));
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return { badByteAt: offset };
    offset += 3;
    from = at + 1;
  }
}

const REPLACEMENT = '\ufffd';
