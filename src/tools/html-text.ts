import { Parser } from 'htmlparser2';

/**
 * What a reader of an HTML page would read: the title, text by blocks, headings with `#`, entries of lists with `-`, cells
 * apart with `|`, links as `[text](address)` with whole addresses, pictures by their description. Scripts, styles and drawings
 * are left out. The text is not nested, so a page of any depth will do.
 */
export function textOfHtml(html: string, address: string): string {
  const out = createText();
  for (let from = 0; from < html.length; ) from += read(from === 0 ? html : html.slice(from), address, out);
  return out.whole();
}

/**
 * Reads up to the end, or to where elements nest so deep that the parser, whose time grows with the depth, had better begin
 * anew. Returns how far it came.
 */
function read(html: string, address: string, out: ReturnType<typeof createText>): number {
  const hidden: string[] = [];
  const links: string[] = [];
  let preformatted = 0;
  let depth = 0;
  let stopped = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      depth += 1;
      if (depth === DEEPEST) {
        stopped = true;
        parser.pause();
      }
      if (HIDDEN.has(name)) hidden.push(name);
      if (hidden.length > 0) return;
      if (BLOCKS.has(name)) out.line();
      if (PARAGRAPHS.has(name)) out.line(2);
      if (name === 'br') out.line();
      if (name === 'pre') preformatted += 1;
      if (name === 'li') out.word('- ');
      if (/^h[1-6]$/.test(name)) out.word(`${'#'.repeat(Number(name[1]))} `);
      if (name === 'td' || name === 'th') out.cell();
      if (name === 'img' && attributes.alt) out.word(`[${attributes.alt}]`);
      if (name === 'a') {
        const target = linkTarget(attributes.href, address);
        links.push(target);
        if (target !== '') out.word('[');
      }
    },
    ontext(text) {
      if (hidden.length > 0) return;
      if (preformatted > 0) out.verbatim(text);
      else out.text(text);
    },
    onclosetag(name) {
      depth -= 1;
      if (hidden.length > 0) {
        if (hidden.at(-1) === name) hidden.pop();
        return;
      }
      if (name === 'pre') preformatted -= 1;
      if (name === 'a') {
        const target = links.pop() ?? '';
        if (target !== '') out.word(`](${target})`);
      }
      if (BLOCKS.has(name)) out.line();
      if (PARAGRAPHS.has(name)) out.line(2);
    },
  });
  parser.end(html);
  return stopped ? parser.endIndex + 1 : html.length;
}

/** Browsers go on to 512. */
const DEEPEST = 1000;

const HIDDEN = new Set(['script', 'style', 'noscript', 'template', 'svg', 'math', 'iframe', 'object', 'canvas', 'select']);
const PARAGRAPHS = new Set(
  'title p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote article section main header footer nav'.split(' '),
);
const BLOCKS = new Set('div li tr dt dd figure figcaption form fieldset address aside hr caption details summary'.split(' '));

function linkTarget(href: string | undefined, address: string): string {
  if (href === undefined || href.startsWith('#') || !URL.canParse(href, address)) return '';
  const url = new URL(href, address);
  return url.protocol === 'http:' || url.protocol === 'https:' || url.protocol === 'mailto:' ? url.href : '';
}

/** Text that grows by words, with spaces and lines between them as asked for but never more. */
function createText() {
  const parts: string[] = [];
  let lines = 0;
  let space = false;

  const add = (text: string) => {
    if (parts.length > 0 && lines > 0) parts.push('\n'.repeat(lines));
    else if (parts.length > 0 && space) parts.push(' ');
    parts.push(text);
    lines = 0;
    space = false;
  };

  return {
    word: add,
    verbatim: (text: string) => add(text),
    line(count = 1) {
      lines = Math.max(lines, count);
    },
    cell() {
      if (parts.length > 0 && lines === 0) add(' | ');
    },
    text(text: string) {
      const words = text.replace(/\s+/g, ' ');
      const inner = words.trim();
      if (words.startsWith(' ')) space = true;
      if (inner !== '') add(inner);
      if (words.endsWith(' ')) space = true;
    },
    whole: () => parts.join('').trim(),
  };
}
