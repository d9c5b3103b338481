/** A text within a limit of characters, ending with a note on what is missing; `note` is one to add in any case. */
export function cutAt(text: string, limit: number, note?: string): { readonly text: string; readonly cut: boolean } {
  const notes = note === undefined ? [] : [note];
  if (text.length > limit) notes.unshift(`the text has ${text.length} characters, ${limit} are shown`);
  if (notes.length === 0) return { text, cut: false };
  return { text: `${text.slice(0, limit)}\n[cut here: ${notes.join('; ')}]`, cut: true };
}
