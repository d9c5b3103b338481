/** The words of a Markdown text: no marks of headings, emphasis, code or quotes, and links as their text. Without `with.text`, of the input. */
export function stripMarkdown(input, { with: { text } }) {
  return (text || input)
    .replace(/^\s*(```|~~~).*$\n?/gm, '')
    .replace(/^\s*(#{1,6}|>)\s+/gm, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__|`)(.+?)\1/g, '$2')
    .trim();
}
