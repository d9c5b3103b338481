/**
 * Removes from model text what a terminal would obey: C0 (but `\n` and `\t`), DEL, C1 and whole escape sequences.
 * The returned function keeps state, so a sequence split across calls is removed as well. A control string without an end
 * stops at a line break or after 4,096 characters, so that it cannot swallow the rest of an answer.
 */
export function createSanitizer(): (text: string) => string {
  let state: State = 'text';
  let length = 0;

  return (text) => {
    if (state === 'text' && !CONTROL.test(text)) return text;
    let kept = '';
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      length += 1;
      const before = state;
      state = next(state, code, length);
      if (state !== before) length = 0;
      if (state === 'text' && isText(code) && !(before !== 'text' && endsSequence(before, code))) kept += text[index];
    }
    return kept;
  };
}

/** A whole text at once. */
export function sanitize(text: string): string {
  return createSanitizer()(text);
}

/** `escape` is after ESC, `csi` in a control sequence, `string` in an OSC, DCS, SOS, PM or APC. */
type State = 'text' | 'escape' | 'csi' | 'string';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

const LONGEST_STRING = 4096;

const BELL = 0x07;
const LINE_FEED = 0x0a;
const CANCEL = 0x18;
const SUBSTITUTE = 0x1a;
const ESCAPE = 0x1b;
const STRING_END = 0x9c;

function next(state: State, code: number, length: number): State {
  if (code === CANCEL || code === SUBSTITUTE) return 'text';
  if (code === ESCAPE) return 'escape';
  if (code >= 0x80 && code <= 0x9f) return afterC1(code);
  switch (state) {
    case 'text':
      return 'text';
    case 'escape':
      return afterEscape(code);
    case 'csi':
      return code >= 0x20 && code <= 0x3f ? 'csi' : 'text';
    case 'string':
      return code === BELL || code === LINE_FEED || length > LONGEST_STRING ? 'text' : 'string';
  }
}

/** The two-byte forms `ESC [` and `ESC ]` name the same things as the C1 codes 0x9b and 0x9d. */
function afterEscape(code: number): State {
  if (code >= 0x20 && code <= 0x2f) return 'escape';
  return code >= 0x40 && code <= 0x5f ? afterC1(code + 0x40) : 'text';
}

function afterC1(code: number): State {
  if (code === 0x9b) return 'csi';
  return code === 0x90 || code === 0x98 || code === 0x9d || code === 0x9e || code === 0x9f ? 'string' : 'text';
}

function isText(code: number): boolean {
  return code >= 0xa0 || (code >= 0x20 && code < 0x7f) || code === LINE_FEED || code === 0x09;
}

/** True when `code` is the last character of the sequence and not the first one after it. */
function endsSequence(state: State, code: number): boolean {
  if (code === LINE_FEED || code === STRING_END) return false;
  if (state === 'escape') return code >= 0x30 && code <= 0x7e;
  if (state === 'csi') return code >= 0x40 && code <= 0x7e;
  return false;
}
