import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SaxesParser } from 'saxes';
import { openSandbox, type Sandbox } from './sandbox.ts';

const CHAIN = `name: demo
model: echo/x
steps:
  - { id: first, prompt: "{input}" }
  - id: views
    parallel:
      for: "Argue for: {input}"
      against:
        - { id: think, prompt: "Think: {steps.first.output}" }
        - { id: say, prompt: "Say: {input}", if: size(input) > 3 }
  - { id: sub, chain: ./sub.yaml }
finally:
  - { id: cleanup, run: date }
`;
const SUB =
  'model: echo/x\nsteps:\n  - repeat: { max: 3, until: loop.turn > 1 }\n    steps: [{ id: inner, prompt: "{input}" }]\n';
/** What ends a text, a label or an element of one of the forms, or begins something else there. */
const HOSTILE = 'a "b" --> <c> `d` </svg> #quot; [e] {f} | g\\ & %% end';

function open(description = 'plain'): Sandbox {
  const chain = CHAIN.replace('id: first', `id: first, description: ${JSON.stringify(description)}`);
  return openSandbox({ 'chain.yaml': chain, 'sub.yaml': SUB });
}

describe('promptchain graph', () => {
  it('prints Mermaid: steps in order, branches as subgraphs, conditions on edges', async () => {
    using sandbox = open();
    assert.deepEqual(await sandbox.run(['graph', 'chain.yaml']), {
      code: 0,
      stderr: '',
      stdout: `flowchart TD
  input([input])
  output([output])
  n1["first<br/>prompt, echo/x<br/>plain"]
  subgraph n2["views<br/>parallel"]
    subgraph n2_0["for"]
      n3["prompt<br/>echo/x"]
    end
    subgraph n2_1["against"]
      n4["think<br/>prompt, echo/x"]
      n5["say<br/>prompt, echo/x"]
      n4 -->|"if size(input) #62; 3"| n5
    end
  end
  n6["sub<br/>chain, sub"]
  n1 --> n2
  n2 --> n6
  input --> n1
  n6 --> output
  subgraph finally["finally"]
    n7["cleanup<br/>run"]
  end
  output -.-> finally
`,
    });
  });

  it('adds with --reads what a step reads, and with --depth the steps of sub-chains', async () => {
    using sandbox = open();
    const { stdout } = await sandbox.run(['graph', 'chain.yaml', '--reads', '--depth', '1']);
    assert.match(stdout, /\n {2}n1 -\.-> n4\n$/);
    assert.match(
      stdout,
      /subgraph n6\["sub<br\/>chain, sub"\]\n {4}subgraph n6_0\["sub"\]\n {6}subgraph n7\["1\. steps<br\/>up to 3 turns until loop\.turn #62; 1"\]/,
    );
  });

  it('draws boxes with --format ascii, side by side where branches are', async () => {
    using sandbox = openSandbox({
      'chain.yaml':
        'model: echo/x\nsteps:\n  - id: both\n    parallel: { a: "1 {input}", b: "2 {input}" }\n  - { id: last, prompt: "{input}", if: size(input) > 1 }\n',
    });
    const { stdout } = await sandbox.run(['graph', 'chain.yaml', '--format', 'ascii']);
    assert.equal(
      stdout,
      `             +-------+
             | input |
             +-------+
                 |
                 v
#================================#
| both                           |
| parallel                       |
| ..............  .............. |
| : a          :  : b          : |
| : +--------+ :  : +--------+ : |
| : | prompt | :  : | prompt | : |
| : | echo/x | :  : | echo/x | : |
| : +--------+ :  : +--------+ : |
| ..............  .............. |
#================================#
                 | if size(input) > 1
                 v
        +----------------+
        | last           |
        | prompt, echo/x |
        +----------------+
                 |
                 v
            +--------+
            | output |
            +--------+
`,
    );
  });

  it('writes a picture with --format svg --output, which is well-formed whatever the chain says', async () => {
    using sandbox = open(HOSTILE);
    const { code, stdout } = await sandbox.run(['graph', 'chain.yaml', '--format', 'svg', '--reads', '-o', 'chain.svg']);
    assert.deepEqual([code, stdout], [0, '']);
    const [texts, elements] = [[] as string[], new Set<string>()];
    const parser = new SaxesParser();
    parser.on('text', (text) => texts.push(text));
    parser.on('opentag', ({ name }) => elements.add(name));
    parser.on('error', (error) => assert.fail(error));
    parser.write(readFileSync(sandbox.path('chain.svg'), 'utf8')).close();
    assert.deepEqual([...elements].sort(), ['defs', 'marker', 'path', 'rect', 'svg', 'text', 'title']);
    assert.ok(texts.includes('think') && texts.includes('if size(input) > 3'));
    assert.ok(texts.some((text) => HOSTILE.startsWith(text.replace(/\.\.\.$/, '')) && text.includes('</svg>')));
  });

  it('prints Graphviz with --format dot, texts in quotes whatever they hold', async () => {
    using sandbox = open(HOSTILE);
    const { stdout } = await sandbox.run(['graph', 'chain.yaml', '--format', 'dot', '--reads']);
    const strings = stdout.match(/"(?:\\.|[^"\\])*"/g) ?? [];
    assert.ok(strings.some((text) => text.includes('a \\"b\\" --> <c> `d` </svg> #quot; [e] {f} | g\\\\ & %% end')));
    const rest = stdout.replaceAll(/"(?:\\.|[^"\\])*"/g, '""');
    for (const line of rest.trimEnd().split('\n')) {
      assert.match(
        line,
        /^ *(?:(?:digraph|subgraph)[ \w"]* \{|\}|(?:[\w]+(?: -> \w+)?(?: \[[\w=", ]+\])?;? ?|\w+=(?:\w+|""); ?|node \[.*\];|edge \[.*\];| )+)$/,
      );
    }
    assert.match(rest, /n1 -> n4 \[style=dotted, constraint=false\];/);
  });

  it('gives Mermaid nothing to read in a text', async () => {
    using sandbox = open(HOSTILE);
    const { stdout } = await sandbox.run(['graph', 'chain.yaml']);
    const [, label = ''] = /^ {2}n1\["(.*)"\]$/m.exec(stdout) ?? [];
    assert.match(label.replaceAll('<br/>', ''), /^[^"<>`[\]{}|\\&]*$/);
    const read = label.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    assert.equal(read, `first<br/>prompt, echo/x<br/>${HOSTILE}`);
  });

  it('refuses a chain with errors, and a depth that is none', async () => {
    using sandbox = openSandbox({ 'bad.yaml': 'steps:\n  - promt: x\n', 'good.yaml': 'steps:\n  - run: date\n' });
    assert.equal((await sandbox.run(['graph', 'bad.yaml'])).code, 3);
    assert.equal((await sandbox.run(['graph', 'good.yaml', '--depth', 'all'])).code, 2);
    assert.equal((await sandbox.run(['graph', '-', '--format', 'ascii'], { stdin: 'steps:\n  - run: date\n' })).code, 0);
  });
});
