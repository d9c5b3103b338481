/** A text inside a sentence: on one line, long ones cut in the middle so that both ends show. */
export function quote(text: string): string {
  const line = text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}…${text.slice(-LONGEST / 2)}`;
  return JSON.stringify(line);
}

const LONGEST = 160;
