import { FORMAT_LINE } from './names.ts';

/** What the simulated model takes from a prompt; every other line only distracts. */
export interface ReadPrompt {
  /** `property fragile`, `property fragile gold`, `term zorp` or `customer gold`, to what the rules of that name say. */
  readonly rules: ReadonlyMap<string, readonly string[]>;
  /** `T012 fragile` to a code. */
  readonly memorised: ReadonlyMap<string, string>;
  /** Property to the codes that demonstrations show. */
  readonly demos: ReadonlyMap<string, readonly string[]>;
  readonly lines: number;
  readonly format: boolean;
}

export const RULE = /^- If the (property|term|customer) is (\w+)(?: and the customer is (\w+))? then use (\w+)\.$/;
const MEMORISED = /^- For ticket (T\d+) use (\w+)=(\w+)\.$/;
const DEMO = /^Example: .* => (.*)$/;

export function readPrompt(text: string): ReadPrompt {
  const rules = new Map<string, string[]>();
  const memorised = new Map<string, string>();
  const demos = new Map<string, string[]>();
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  for (const line of lines) {
    if (line === FORMAT_LINE) continue;
    const rule = RULE.exec(line);
    if (rule !== null) {
      const [, kind = '', trigger = '', segment, value = ''] = rule;
      append(rules, segment === undefined ? `${kind} ${trigger}` : `${kind} ${trigger} ${segment}`, value);
      continue;
    }
    const memory = MEMORISED.exec(line);
    if (memory !== null) {
      const [, ticket = '', property = '', code = ''] = memory;
      memorised.set(`${ticket} ${property}`, code);
      continue;
    }
    for (const pair of DEMO.exec(line)?.[1]?.split(';') ?? []) {
      const at = pair.indexOf('=');
      if (at !== -1) append(demos, pair.slice(0, at).trimStart(), pair.slice(at + 1).trimEnd());
    }
  }
  return { rules, memorised, demos, lines: lines.length, format: lines.includes(FORMAT_LINE) };
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
