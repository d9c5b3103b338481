/**
 * Text of a server without what a person would not see: control characters (line breaks and tabs stay), direction marks and
 * tag characters, which can hide words from everyone but a model. The joiners that scripts and emoji need stay.
 */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(INVISIBLE, '');
}

const INVISIBLE = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu;

/** The same on one line, cut at `longest` characters. */
export function cleanLine(text: string, longest: number): string {
  return shortened(
    cleanText(text.slice(0, longest * 2))
      .replace(/\s+/g, ' ')
      .trim(),
    longest,
  );
}

export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
