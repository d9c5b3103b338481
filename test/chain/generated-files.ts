import { CEL, int, ODD, pick, type Random, soup, TAGS, TEXTS, TOKENS, word } from './generated-pieces.ts';

/** Chain files of every sort there is: right ones, the same with something broken, and ones made to hurt. */
export const CATEGORIES: Readonly<Record<string, (random: Random) => string>> = {
  valid: validChain,
  'broken characters': (random) => mutate(random, validChain(random), int(random, 1, 8)),
  'broken lines': (random) => shuffleLines(random, validChain(random)),
  'cut off': (random) => cut(random, validChain(random)),
  'wrong values': wrongValues,
  'look-alike spaces': (random) =>
    validChain(random).replaceAll(' ', () => (random() < 0.05 ? pick(random, ['\u00a0', '\u3000', '\u2003', '\t', '']) : ' ')),
  'token soup': (random) => soup(random, TOKENS, int(random, 1, 120)),
  'text soup': (random) => `steps:\n  - ${soup(random, TEXTS, int(random, 1, 30)).replaceAll('\n', '\n    ')}\n`,
  'condition soup': (random) =>
    `steps:\n  - prompt: "{input}"\n    if: ${scalar(random, soup(random, CEL, int(random, 1, 40)))}\n`,
  'odd characters': (random) => insert(random, validChain(random), ODD),
  'prototype keys': prototypeKeys,
  'duplicate keys': duplicateKeys,
  aliases: aliasFile,
  'merge keys': mergeFile,
  tags: (random) => validChain(random).replace(/: /, () => `: ${pick(random, TAGS)} `),
  deep: deepFile,
  'huge scalar': hugeScalar,
  'many things': manyThings,
  'several documents': (random) =>
    [validChain(random), validChain(random)].join(pick(random, ['---\n', '...\n', '--- |\n', '%YAML 1.1\n---\n'])),
  'block scalars': blockScalars,
  'line breaks': (random) =>
    validChain(random).replaceAll('\n', () => pick(random, ['\n', '\r\n', '\r', '\u2028', '\u0085', '\n\t'])),
  directives: (random) =>
    `${pick(random, ['%YAML 1.1', '%YAML 1.3', '%YAML x', '%FOO', '%TAG ! tag:x,2000:', '%TAG !! tag:x:'])}\n---\n${validChain(random)}`,
  'not a chain': (random) =>
    pick(random, [
      '',
      '\n',
      '# only a comment',
      'null',
      '42',
      '[]',
      '{}',
      '"text"',
      '- a\n- b',
      '\ufeff',
      '---',
      '...',
      '{"steps": 1}',
      '&a',
      '*a',
      '!x',
      '>',
      '|',
      ':',
      '-',
      '?',
      '%TAG',
      '\0',
    ]),
};

function validChain(random: Random): string {
  const ids = ['alpha', 'beta', 'gamma', 'delta'];
  const steps = Array.from({ length: int(random, 1, 6) }, (_, index) => validStep(random, ids[index], ids.slice(0, index)));
  const head = [
    'version: 1',
    `name: ${scalar(random, word(random))}`,
    `description: ${scalar(random, sentence(random))}`,
    'inputs:\n  topic: { type: string, default: x }\n  tone: { type: choice, options: [a, b], default: a }',
    'models: { fast: echo/fast, smart: { model: echo/smart, temperature: 0.2 } }',
    'model: echo/x',
    'secrets: [TOKEN]',
    'memory: { namespace: "a:{inputs.topic}", commit: each_step, max: 5 }',
    'mcp: { fs: { command: npx, args: [-y, x], env: { A: "${HOME}" } } }',
    'x-own: { anything: [goes, {input}] }',
  ].filter(() => random() < 0.4);
  const tail = random() < 0.3 ? ['output: { a: "{input}", b: [1, true, null] }'] : [];
  return `${[...head, `${pick(random, ['steps', 'instructions'])}:\n${steps.join('')}`.trimEnd(), ...tail].join('\n')}\n`;
}

function validStep(random: Random, id: string | undefined, before: readonly string[]): string {
  const reference = before.length > 0 ? `{steps.${pick(random, before)}.status}` : '{input}';
  const text = scalar(random, `${sentence(random)} {input} ${reference}`);
  if (random() < 0.2 || id === undefined) return `  - ${text}\n`;
  const kind = pick(random, [
    `prompt: ${text}\n    temperature: 0.5`,
    `prompt: ${text}\n    techniques: [step_by_step]\n    strategy: cot\n    history: full`,
    `run: cat\n    env: { A: "{input}" }`,
    `set: { a: ${text}, b: 1.10, c: [true, null] }`,
    `stop: { reason: ${text}, if: size(input) > 3 }`,
    `steps:\n      - ${text}`,
  ]);
  const options = [
    'if: size(input) > 1',
    'retry: { attempts: 2, on: [timeout] }',
    'timeout: 90s',
    'on_error: continue',
    'remember: { k: { append: "{input}", keep: 3 } }',
  ]
    .filter(() => random() < 0.3)
    .map((option) => `    ${option}\n`);
  return `  - id: ${id}\n    ${kind}\n${options.join('')}`;
}

function wrongValues(random: Random): string {
  const value = () =>
    pick(random, [
      '1',
      'true',
      'null',
      '[]',
      '{}',
      '[1, {a: b}]',
      '"x"',
      '-1',
      '1e999',
      '.nan',
      '0x10',
      '12345678901234567890',
      '{input}',
      '{{ input }}',
      '~',
      '*',
      '&a x',
      '2024-01-01',
      '1.10',
      'yes',
      '017',
      '0o17',
      '1e400',
      '-.INF',
      '9007199254740993',
      '"\\0"',
      '"\\ud83d"',
      '{ [a]: 1 }',
      '{ {a: 1}: 1 }',
    ]);
  return validChain(random).replaceAll(/: [^\n,}]*/g, (match) => (random() < 0.2 ? `: ${value()}` : match));
}

function prototypeKeys(random: Random): string {
  const key = () =>
    pick(random, [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '"__proto__"',
      'valueOf',
      '__defineGetter__',
      'then',
      'length',
    ]);
  const nested = `{ ${key()}: { ${key()}: x }, ${key()}: [${key()}] }`;
  const places = [
    `${key()}: ${nested}\nsteps: ["{input}"]\n`,
    `steps:\n  - ${key()}: ${nested}\n`,
    `steps:\n  - id: ${key()}\n    prompt: "{input}"\n    ${key()}: 1\n`,
    `models: { ${key()}: echo/x }\nmodel: ${key()}\nsteps: ["{steps.${key()}.output} {inputs.${key()}} {memory.${key()}}"]\n`,
    `inputs: { ${key()}: {} }\nsteps: [{ set: ${nested} }, { run: x, env: { ${key()}: y } }]\n`,
    `steps: [{ prompt: "{input}", remember: { ${key()}: ${nested} }, techniques: [${key()}], strategy: ${key()} }]\n`,
    `steps: [{ prompt: "{input}", if: "${key()}.${key()} == inputs.${key()}" }]\nmcp: { ${key()}: { command: x } }\n`,
  ];
  return pick(random, places);
}

function duplicateKeys(random: Random): string {
  const count = int(random, 2, 300);
  const keys = Array.from(
    { length: count },
    () => `${pick(random, ['name', 'steps', 'a', 'b', 'x-a', '1', 'true'])}: ${pick(random, ['1', '[]', 'x'])}`,
  );
  return random() < 0.5 ? `${keys.join('\n')}\n` : `steps: [{ set: { ${keys.join(', ')} } }]\n`;
}

function aliasFile(random: Random): string {
  const fan = int(random, 1, 9);
  const depth = int(random, 1, 40);
  const levels = Array.from(
    { length: depth },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array(fan).fill(`*a${level}`).join(', ')}]`,
  );
  const shape = pick(random, [
    'steps: *top',
    'steps: [*top]',
    'steps: [{ set: *top }]',
    'steps: &s [*s]',
    'x: &s {a: *s}\nsteps: [*s]',
    '*top : a',
    'steps: [*missing]',
  ]);
  return `a0: &a0 ${pick(random, ['x', '{ prompt: "{input}" }', '[]', '""'])}\n${levels.join('\n')}\n${shape.replace('top', `a${depth}`)}\n`;
}

function mergeFile(random: Random): string {
  const source = pick(random, [
    '*base',
    '[*base, *base]',
    '{ prompt: "{input}" }',
    'text',
    '[]',
    '*none',
    '[1, 2]',
    '&x { <<: *x }',
  ]);
  return `x-base: &base { temperature: 0.5, <<: { retry: 2 } }\nsteps:\n  - <<: ${source}\n    prompt: "{input}"\n${random() < 0.5 ? '    <<: *base\n' : ''}`;
}

function deepFile(random: Random): string {
  const depth = pick(random, [3, 50, 150, 195, 199, 200, 201, 500, 5000, 50_000]);
  const open = pick(random, ['[', '{a: ', '- ', '? ', '[{a: ', '{? ']);
  const closing: Record<string, string> = { '[': ']', '{a: ': '}', '- ': '', '? ': '', '[{a: ': '}]', '{? ': '}' };
  const close = random() < 0.5 ? (closing[open] ?? '') : '';
  const nested = `${open.repeat(depth)}x${close.repeat(depth)}`;
  if (random() < 0.3) {
    const levels = Math.min(depth, 300);
    return `steps:\n${Array.from({ length: levels }, (_, level) => `${'  '.repeat(level)}- steps:\n`).join('')}${'  '.repeat(levels)}- "{input}"\n`;
  }
  return random() < 0.5 ? nested : `steps:\n  - set: ${nested}\n`;
}

function hugeScalar(random: Random): string {
  const unit = pick(random, [
    'x',
    '{input}',
    '{inptu} ',
    '{steps.a.output}',
    '${x}',
    '{{input}}',
    'é😀',
    '\\n',
    "''",
    'word ',
    '{',
    '}',
    '\\',
    '#',
    ': ',
    '- ',
    '{input | default "',
    '{"a": {"b": ',
    '((',
    '1+',
  ]);
  const text = unit.repeat(Math.floor(pick(random, [100, 5_000, 60_000, 1_100_000]) / unit.length));
  const place = pick(random, [
    'steps: ["@"]',
    "steps: ['@']",
    'steps:\n  - |\n    @',
    'steps:\n  - @',
    '@: 1\nsteps: [x]',
    'name: "@"\nsteps: ["{input}"]',
    'steps: [{prompt: "{input}", if: "@"}]',
    'steps: [{prompt: "{input}", model: "@"}]',
    'steps: [{id: "@", prompt: "{input}"}]',
    '# @\nsteps: ["{input}"]',
    'steps: [{prompt: "{input}", timeout: "@"}]',
    'steps: [{prompt: "{input}", techniques: ["@"]}]',
    'steps: [{chain: "@"}]',
    'steps: [{run: x, env: {A: "@"}}]',
    'memory: {namespace: "@"}\nsteps: ["{input}"]',
  ]);
  return place.replace('@', () => text);
}

function manyThings(random: Random): string {
  const count = pick(random, [10, 200, 3_000]);
  const item = pick(random, [
    '  - "{input}"\n',
    '  - {}\n',
    '  - promt: x\n',
    '  - a\n',
    '  - {id: a, prompt: "{steps.b.output}"}\n',
    '  - {input}\n',
    '  - !t x\n',
    '  - &a x\n',
    '  - Text: {input}\n',
    '  - *a\n',
    '  - [a]\n',
    '  - \n',
    '  - {prompt: "{input}", if: "input =="}\n',
    '  - {run: "echo {input}"}\n',
  ]);
  return `steps:\n${item.repeat(count)}`;
}

function blockScalars(random: Random): string {
  const header = pick(random, ['|', '>', '|-', '>+', '|2', '>9', '|0', '|-+', '| # c', '|x', '>-2', '|1-']);
  const lines = Array.from(
    { length: int(random, 0, 6) },
    () =>
      `${' '.repeat(int(random, 0, 8))}${pick(random, ['{input}', '{inptu}', 'text', '', '\t', '# no', '{steps.x.output}', '- a', 'a: b', '😀 { input }', '---', '...'])}`,
  );
  return `steps:\n  - prompt: ${header}\n${lines.join('\n')}\n  - "{input}"\n`;
}

function sentence(random: Random): string {
  return Array.from({ length: int(random, 1, 6) }, () =>
    pick(random, [
      'List',
      'the',
      'facts',
      'of',
      '#tag',
      'a: b',
      "it's",
      '"so"',
      '{"json": {}}',
      'é',
      '- x',
      '😀',
      '100%',
      '${HOME}',
      '\\d+',
    ]).concat(' '),
  )
    .join('')
    .trim();
}

/** A text in one of the styles YAML has; the plain one may not be what was meant, as with people. */
function scalar(random: Random, text: string): string {
  const style = random();
  if (style < 0.6) return JSON.stringify(text);
  if (style < 0.85) return `'${text.replaceAll("'", "''").replaceAll('\n', ' ')}'`;
  return text.replaceAll('\n', ' ');
}

function mutate(random: Random, text: string, times: number): string {
  let mutated = text;
  for (let time = 0; time < times; time += 1) {
    const at = int(random, 0, mutated.length);
    const length = random() < 0.5 ? int(random, 0, 6) : 0;
    mutated = mutated.slice(0, at) + (random() < 0.7 ? pick(random, TOKENS) : '') + mutated.slice(at + length);
  }
  return mutated;
}

function insert(random: Random, text: string, from: readonly string[]): string {
  const at = int(random, 0, text.length);
  return text.slice(0, at) + pick(random, from) + text.slice(at);
}

function shuffleLines(random: Random, text: string): string {
  const lines = text.split('\n');
  const [a, b] = [int(random, 0, lines.length - 1), int(random, 0, lines.length - 1)];
  const moved = lines[a] ?? '';
  lines.splice(a, 1);
  lines.splice(b, 0, random() < 0.5 ? moved : `${' '.repeat(int(random, 0, 5))}${moved.trimStart()}`);
  return lines.join('\n');
}

function cut(random: Random, text: string): string {
  return text.slice(0, int(random, 0, text.length));
}
