/**
 * A rule of `permissions`, read: a pattern of tool names and, in brackets, patterns of arguments that must all fit, as in
 * `fs.write_file(path=docs/*, mode=w)`. In patterns `*` stands for any characters, also `/` and none; `\` before a comma, a
 * bracket or another `\` makes it plain text.
 */
export interface PermissionRule {
  /** As written. */
  readonly source: string;
  readonly name: string;
  readonly args: readonly ArgumentPattern[];
}

export interface ArgumentPattern {
  /** Keys from the arguments down, one unless the rule says `a.b=…`. */
  readonly path: readonly string[];
  readonly pattern: string;
}

export function parseRule(source: string): { readonly rule: PermissionRule } | { readonly problem: string } {
  const text = source.trim();
  const open = text.indexOf('(');
  const name = (open === -1 ? text : text.slice(0, open)).trim();
  if (name === '') return { problem: 'names no tool: write server.tool, the name of a tool, or a pattern such as "fs.*"' };
  if (/[\s(),=]/.test(name)) return { problem: `has "${name}" where the name of a tool or a pattern such as "fs.*" belongs` };
  if (open === -1) return { rule: { source, name, args: [] } };
  const parts = partsOf(text.slice(open + 1));
  if ('problem' in parts) return parts;
  const args: ArgumentPattern[] = [];
  for (const part of parts.list) {
    const equals = part.indexOf('=');
    const path = part.slice(0, equals).trim().split('.');
    if (equals === -1 || path.some((key) => key === '')) {
      return { problem: `has "${part.trim()}" in its brackets, where name=pattern belongs` };
    }
    args.push({ path, pattern: part.slice(equals + 1).trim() });
  }
  return { rule: { source, name, args } };
}

/** What is wrong with a rule, as a phrase that follows it: `the rule "…" has no closing bracket`. Undefined when it is well-formed. */
export function checkRule(source: string): string | undefined {
  const parsed = parseRule(source);
  return 'problem' in parsed ? parsed.problem : undefined;
}

/** The text after the opening bracket, cut at its commas. */
function partsOf(text: string): { readonly list: readonly string[] } | { readonly problem: string } {
  const list = [''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === '\\') {
      if (next === '' || !',()\\'.includes(next)) return { problem: 'has a "\\" before what needs none: paths use "/"' };
      list[list.length - 1] += next;
      at += 1;
    } else if (char === ',') list.push('');
    else if (char === ')') return at === text.length - 1 ? { list } : { problem: 'goes on after its closing bracket' };
    else list[list.length - 1] += char;
  }
  return { problem: 'has no closing bracket' };
}
