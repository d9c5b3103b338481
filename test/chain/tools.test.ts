import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { chainOf, check, checkFile, folder, line, told, whole } from './checking.ts';

const TOOLS = ['calculator', 'time', 'files.read', 'memory.get'];

/** A chain with these top-level keys, whose one step may use these tools. */
function chain(top: string, tools = '[]'): string {
  return `${top}steps:\n  - objective: "find out: {input}"\n    tools: ${tools}\n`;
}

describe('mcp', () => {
  it('a server with a command: arguments, variables, folder, limits', () => {
    const top = [
      'mcp:',
      '  fs:',
      '    command: npx',
      `    args: [-y, "\${PACKAGE:-server}", .]`,
      `    env: { TOKEN: "\${TOKEN}", PORT: 1.10, HOME: }`,
      '    timeout: 5s',
      '    start_timeout: 2m',
      '    tools: ["read_*"]',
      '',
    ].join('\n');
    const { servers, uses, dir } = chainOf(chain(top, '["fs.*"]'), { env: { TOKEN: 't', HOME: '/h' } });
    assert.deepEqual(servers.fs, {
      name: 'fs',
      transport: 'stdio',
      command: 'npx',
      args: ['-y', 'server', '.'],
      env: { TOKEN: 't', PORT: '1.10', HOME: '/h' },
      cwd: dir,
      callTimeoutMs: 5000,
      startTimeoutMs: 120_000,
      tools: ['read_*'],
    });
    assert.deepEqual(uses.servers, ['fs']);
  });

  it('a server with an address; an old one says so', () => {
    const top = `mcp:\n  a: { url: "https://x.test/mcp", headers: { Authorization: "Bearer \${KEY}" } }\n  b: { url: "http://localhost:1/sse", type: sse }\n`;
    const { servers } = chainOf(chain(top), { env: { KEY: 'k' } });
    assert.deepEqual(servers.a, {
      name: 'a',
      transport: 'http',
      url: 'https://x.test/mcp',
      headers: { Authorization: 'Bearer k' },
    });
    assert.equal(servers.b?.transport, 'sse');
  });

  it('the list of the original is the same', () => {
    const top = 'mcp_servers:\n  - { id: fs, type: stdio, command: npx, args: [a] }\n';
    assert.equal(chainOf(chain(top, '["fs.*"]')).servers.fs?.transport, 'stdio');
  });

  it('a variable that is not set is told only where a step can reach the server, which is marked', () => {
    const top = `mcp:\n  a: { command: x, env: { T: "\${NOT_SET}" } }\n  b: { command: x, env: { T: "\${NOT_SET:?get one}" } }\n`;
    const { chain: loaded, problems } = check(chain(top, '["b.*"]'));
    assert.deepEqual(problems.map(line), [
      'PC1113 3:31 the environment variable NOT_SET is not set: the server "b" cannot start without it',
    ]);
    assert.deepEqual(loaded?.servers.a?.missing, ['NOT_SET']);
    assert.deepEqual(loaded?.servers.b?.missing, ['NOT_SET']);
    assert.equal(problems[0]?.help, 'get one');
    assert.deepEqual(loaded?.uses.servers, ['b']);
  });

  const WRONG: readonly (readonly [name: string, mcp: string, problem: RegExp])[] = [
    ['a name', '{ Fs: { command: x } }', /PC1121 1:8 "Fs" cannot be the name of a server/],
    ['a name of built-in tools', '{ files: { command: x } }', /the name "files" is taken by the built-in tools/],
    ['neither command nor address', '{ fs: { args: [a] } }', /needs either "command" or "url"/],
    ['a misspelt key', '{ fs: { command: x, arg: [a] } }', /PC1102 1:26 unknown key "arg" in "mcp.fs"/],
    ['a time without a unit', '{ fs: { command: x, timeout: 60 } }', /PC1111/],
    [
      'headers for a command',
      '{ fs: { command: x, headers: { a: b } } }',
      /"headers" has no meaning for a server with "command"/,
    ],
    ['a type that does not fit', '{ fs: { url: "http://x", type: stdio } }', /a server with "url" cannot be of type "stdio"/],
    ['no address', '{ fs: { url: ftp:x } }', /"url" must be an http or https address/],
    ['a missing folder', '{ fs: { command: x, cwd: not-there } }', /the folder ".*not-there" does not exist/],
  ];
  for (const [name, mcp, problem] of WRONG) {
    it(`${name} is told`, () => {
      const problems = told(chain(`mcp: ${mcp}\n`, '["fs.*"]'), { tools: TOOLS }).filter((text) => !text.startsWith('PC1123'));
      assert.match(problems.join('\n'), problem);
      assert.equal(problems.length, 1, problems.join('\n'));
    });
  }

  it('one name in both forms is told', () => {
    const top = 'mcp: { fs: { command: x } }\nmcp_servers: [{ id: fs, command: y }]\n';
    assert.deepEqual(told(chain(top)), ['PC1121 2:21 the server "fs" is declared twice']);
  });
});

describe('tools', () => {
  it('a command with the shorthand for its parameters', () => {
    const top =
      'tools:\n  word_count:\n    description: counts words\n    parameters: { text: string, "least?": 0..9 }\n    run: wc -w\n    effect: none\n    timeout: 3s\n';
    const { tools, uses } = chainOf(chain(top, '[word_count]'));
    const { body, ...spec } = tools.word_count ?? assert.fail('no tool');
    assert.deepEqual(spec, {
      name: 'word_count',
      description: 'counts words',
      effect: 'none',
      timeoutMs: 3000,
      parameters: {
        type: 'object',
        properties: { text: { type: 'string' }, least: { type: 'integer', minimum: 0, maximum: 9 } },
        required: ['text'],
        additionalProperties: false,
      },
    });
    assert.equal(body.runs, 'command');
    assert.equal(uses.commands, true);
    assert.equal(uses.input, true);
  });

  it('a JSON Schema is taken as it is; without one a tool takes no arguments', () => {
    const schema = '{ type: object, properties: { a: { type: string, minLength: 2 } } }';
    const top = `tools:\n  a: { description: d, run: x, parameters: ${schema} }\n  b: { description: d, run: x }\n`;
    const { tools } = chainOf(chain(top));
    assert.deepEqual(tools.a?.parameters, { type: 'object', properties: { a: { type: 'string', minLength: 2 } } });
    assert.deepEqual(tools.b?.parameters, { type: 'object', properties: {}, additionalProperties: false });
    assert.equal(tools.b?.effect, 'once');
  });

  it('a tool does not make a chain read its input', () => {
    const { uses } = chainOf('tools: { a: { description: d, run: cat } }\nsteps:\n  - run: date\n    stdin: ""\n');
    assert.equal(uses.input, false);
  });

  it('the arguments of a chain as a tool are its inputs', (test) => {
    const reply = 'inputs:\n  tone: { required: true }\nsteps: ["{input} {inputs.tone}"]\n';
    const tool = (parameters: string) => chain(`tools: { r: { description: d, chain: r.yaml, parameters: ${parameters} } }\n`);
    const dir = folder(test, {
      'r.yaml': reply,
      'good.yaml': tool('{ tone: string, input: string }'),
      'optional.yaml': tool('{ "tone?": string }'),
      'unknown.yaml': tool('{ tone: string, mood: string }'),
    });
    assert.equal(whole(checkFile(dir, 'good.yaml')).tools.r?.body.chain?.file, join(dir, 'r.yaml'));
    assert.deepEqual(checkFile(dir, 'optional.yaml').problems.map(line), [
      'PC1302 1:38 the called chain requires the input "tone"',
    ]);
    assert.deepEqual(checkFile(dir, 'unknown.yaml').problems.map(line), ['PC1301 1:80 the called chain has no input "mood"']);
  });

  it('what a tool of a sub-chain runs is told of the chain', (test) => {
    const dir = folder(test, {
      'inner.yaml': chain('tools: { a: { description: d, run: x } }\nmcp: { s: { command: x } }\n', '[a, "s.*"]'),
      'outer.yaml': 'steps: [{ chain: inner.yaml }]\n',
    });
    const { uses } = whole(checkFile(dir, 'outer.yaml'));
    assert.equal(uses.commands, true);
    assert.deepEqual(uses.servers, ['s']);
  });

  const WRONG: readonly (readonly [name: string, tools: string, problem: RegExp])[] = [
    [
      'a type that JSON Schema does not have',
      '{ a: { description: d, run: x, parameters: { type: object, properties: { b: { type: strnig } } } } }',
      /PC1122 1:92 this is no JSON Schema at "properties\.b\.type": it must be equal to one of the allowed values/,
    ],
    [
      'a JSON Schema with a reference to nowhere',
      '{ a: { description: d, run: x, parameters: { type: object, properties: { b: { $ref: "#/$defs/c" } } } } }',
      /PC1122 1:\d+ this is no JSON Schema: can't resolve reference/,
    ],
    ['no kind', '{ a: { description: d } }', /PC1122 1:15 the tool "a" does nothing/],
    ['two kinds', '{ a: { description: d, run: x, chain: y } }', /the tool "a" has both "run" and "chain"/],
    ['no description', '{ a: { run: x } }', /PC1105 1:13 "description" is missing in tool "a"/],
    ['a misspelt key', '{ a: { description: d, run: x, paramters: {} } }', /unknown key "paramters" in tool "a"/],
    ['a word of others', '{ a: { description: d, run: x, input_schema: {} } }', /"input_schema" is not a word of this format/],
    ['an unknown type', '{ a: { description: d, run: x, parameters: { n: nmber } } }', /"n" has the unknown type "nmber"/],
    ['a name', '{ a-b: { description: d, run: x } }', /"a-b" cannot be the name of a tool/],
    ['a name of built-in tools', '{ files: { description: d, run: x } }', /"files" is taken by the built-in tools/],
    ['a placeholder in a command', '{ a: { description: d, run: "echo {input}" } }', /PC1115/],
    ['a step that a tool cannot read', '{ a: { description: d, run: x, stdin: "{steps.one.output}" } }', /PC30/],
  ];
  for (const [name, tools, problem] of WRONG) {
    it(`${name} is told`, () => {
      const problems = told(`tools: ${tools}\nsteps: [{ id: one, prompt: "{input}" }]\n`);
      assert.match(problems.join('\n'), problem);
      assert.equal(problems.length, 1, problems.join('\n'));
    });
  }

  it('a server and a tool of one name are told; a declared calculator stands for the built-in one', () => {
    const top = 'mcp: { a: { command: x } }\ntools: { a: { description: d, run: x }, calculator: { description: d, run: x } }\n';
    assert.deepEqual(told(chain(top, '[calculator]'), { tools: TOOLS }), ['PC1122 2:10 "a" is already the name of a server']);
  });
});

describe('the patterns of a step', () => {
  const top = 'mcp: { github: { command: x } }\ntools: { word_count: { description: d, run: x } }\n';

  for (const good of ['github.get_*', '"*"', 'word_*', 'word_count', 'calculator', '"files.*"', '"git*.search"']) {
    it(`${good} is one`, () => {
      assert.deepEqual(told(chain(top, `[${good}]`), { tools: TOOLS }), []);
    });
  }

  const WRONG: readonly (readonly [pattern: string, label: string | undefined])[] = [
    ['gihub.get_issue', 'did you mean "github.get_issue"?'],
    ['word_cuont', 'did you mean "word_count"?'],
    ['github', 'did you mean "github.*"?'],
    ['files.raed', 'did you mean "files.read"?'],
    ['"nothing_*"', undefined],
  ];
  for (const [pattern, label] of WRONG) {
    it(`${pattern} is none`, () => {
      const [problem, ...more] = check(chain(top, `[${pattern}]`), { tools: TOOLS }).problems;
      assert.equal(problem?.code, 'PC1123');
      assert.equal(problem?.label, label);
      assert.deepEqual([problem?.position.line, problem?.position.column], [5, 13]);
      assert.deepEqual(more, []);
    });
  }

  it('options of an agent that would do nothing are told', () => {
    const agent = (options: string) => told(`steps:\n  - { objective: "{input}", ${options} }\n`, { tools: TOOLS });
    assert.deepEqual(agent('tool_choice: required'), ['PC1405 2:42 "tool_choice" does nothing without "tools"']);
    assert.deepEqual(agent('tools: [], tool_choice: none'), ['PC1405 2:53 "tool_choice" does nothing without "tools"']);
    assert.deepEqual(agent('tools: [time], tool_choice: required'), []);
    assert.match(agent('max_steps: 3, max_internal_steps: 4').join('\n'), /^PC1411 2:\d+ "max_steps" and "max_internal_steps"/);
  });

  it('a tool step names one tool', () => {
    assert.match(told(`${top}steps:\n  - tool: github.*\n`).join(), /PC1123 4:11 "tool" names one tool, not a pattern/);
  });

  it('the built-in memory makes a chain use memory', () => {
    assert.equal(chainOf(chain('', '["memory.*"]'), { tools: TOOLS }).uses.memory, true);
  });
});

describe('permissions', () => {
  it('three lists of rules', () => {
    const { permissions } = chainOf(
      chain('permissions: { allow: ["fs.read_*"], ask: [run], deny: ["fs.write_file(path=docs/*)"] }\n'),
    );
    assert.deepEqual(permissions, { allow: ['fs.read_*'], ask: ['run'], deny: ['fs.write_file(path=docs/*)'] });
  });

  it('a misspelt list and an empty rule are told', () => {
    assert.match(told(chain('permissions: { alow: [run] }\n')).join(), /PC1102 1:16 unknown key "alow" in "permissions"/);
    assert.match(told(chain('permissions: { deny: [""] }\n')).join(), /PC1101 1:23 "deny\[0\]" must not be empty/);
  });

  it('a rule that fits nothing there can be is told as a warning', (test) => {
    const rules = '["fs.*", "f*", "*_file", run, word, "time", "http.*", "github.delete", http_fetch, wrod, "fz.*"]';
    const top = `permissions: { deny: ${rules} }\nmcp: { fs: { command: x } }\ntools: { word: { description: d, run: x } }\n`;
    const { problems } = check(chain(top), { tools: [...TOOLS, 'http.fetch'] });
    assert.deepEqual(
      problems.map((problem) => [problem.severity, line(problem), problem.label]),
      [
        ['warning', 'PC1127 1:76 the rule "github.delete" fits no server, declared tool or built-in tool, nor run', undefined],
        [
          'warning',
          'PC1127 1:93 the rule "http_fetch" fits no server, declared tool or built-in tool, nor run',
          'did you mean "http.fetch"?',
        ],
        [
          'warning',
          'PC1127 1:105 the rule "wrod" fits no server, declared tool or built-in tool, nor run',
          'did you mean "word"?',
        ],
        [
          'warning',
          'PC1127 1:111 the rule "fz.*" fits no server, declared tool or built-in tool, nor run',
          'did you mean "fs.*"?',
        ],
      ],
    );
    const dir = folder(test, {
      'inner.yaml': chain('mcp: { s: { command: x } }\ntools: { own: { description: d, run: x } }\n'),
      'outer.yaml': 'permissions: { deny: ["s.*", own] }\nsteps: [{ chain: inner.yaml, input: "{input}" }]\n',
    });
    assert.deepEqual(
      checkFile(dir, 'outer.yaml').problems.filter(({ code }) => code === 'PC1127'),
      [],
    );
  });

  it('a malformed rule is told where it stands', () => {
    const problems = told(chain('permissions: { allow: [run, "fs.*(path"], ask: [a b] }\n'));
    assert.match(problems.join('\n'), /PC1124 1:29 the rule "fs\.\*\(path" has no closing bracket/);
    assert.match(problems.join('\n'), /PC1124 1:49 the rule "a b" has "a b" where/);
  });
});
