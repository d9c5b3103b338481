/** A name for a line of its own: as it is, or in JSON's quotes when it holds line breaks or control characters, or nothing. */
export function shownName(name: string): string {
  return name === '' || UNSAFE.test(name) ? JSON.stringify(name).replace(UNSAFE_ALL, escaped) : name;
}

const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const UNSAFE_ALL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
