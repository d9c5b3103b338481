/** The headings of a Markdown text as `[{level, title}]`; lines inside fenced code are not headings. */
export function headings(markdown) {
  let fenced = false;
  const found = [];
  for (const line of markdown.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const [, marks, title] = /^(#{1,6})\s+(.+?)\s*#*$/.exec(line) ?? [];
    if (!fenced && title !== undefined) found.push({ level: marks.length, title });
  }
  return found;
}

/** A nested list of links, from the JSON of `headings`. */
export function tableOfContents(json) {
  return JSON.parse(json)
    .map(({ level, title }) => `${'  '.repeat(level - 1)}- [${title}](#${anchorOf(title)})`)
    .join('\n');
}

function anchorOf(title) {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
