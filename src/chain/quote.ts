/** A text as a YAML flow scalar that reads back as exactly that text: single quotes where they can, else double. */
export function quoteYaml(text: string): string {
  const simple = !/[\p{Cc}\u2028\u2029\ufeff]/u.test(text);
  return simple ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}

/** Text that is to stand inside an existing scalar of that style. */
export function escapeFor(style: 'plain' | 'single' | 'double' | 'literal' | 'folded', text: string): string {
  if (style === 'single') return text.replaceAll("'", "''");
  return style === 'double' ? JSON.stringify(text).slice(1, -1) : text;
}

/** Whether a text can take the place of a plain scalar as it is. Braces count as unsafe unless the old text had them. */
export function isPlainSafe(text: string, before: string): boolean {
  if (text !== text.trim() || text === '' || /^[-?:,[\]{}#&*!|>'"%@`]/.test(text)) return false;
  if (/: |:$| #|[\n\r]/.test(text)) return false;
  return /[[\]{},]/.test(before) || !/[[\]{},]/.test(text);
}
