import { allNodes, cut, type Node, type Outline, type Part } from './outline.ts';

/** A graph for Graphviz. An edge to a group ends at the group's border, and leads to its first step. */
export function dotOf(outline: Outline, reads: boolean): string {
  const lines = [
    `digraph ${quoted(outline.name)} {`,
    '  compound=true; rankdir=TB; fontname="sans-serif"; node [shape=box, style=rounded, fontname="sans-serif"]; edge [fontname="sans-serif"];',
    '  input [shape=plain]; output [shape=plain];',
    ...part({ label: '', nodes: outline.steps }, '  '),
  ];
  const [first] = outline.steps;
  const last = outline.steps.at(-1);
  if (first !== undefined && last !== undefined)
    lines.push(edge(undefined, first, '  '), `  ${lastOf(last).key} -> output${ends(last, undefined)};`);
  if (outline.last.length > 0) {
    const [begin] = outline.last;
    lines.push(
      '  subgraph cluster_finally {',
      '    label="finally";',
      ...part({ label: '', nodes: outline.last }, '    '),
      '  }',
    );
    if (begin !== undefined) lines.push(`  output -> ${firstOf(begin).key} [style=dashed];`);
  }
  if (reads) {
    for (const node of allNodes(outline)) {
      for (const read of node.reads) {
        const source = allNodes(outline).find(({ key }) => key === read);
        if (source !== undefined) lines.push(`  ${lastOf(source).key} -> ${firstOf(node).key} [style=dotted, constraint=false];`);
      }
    }
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function part({ nodes }: Part, indent: string): readonly string[] {
  return [
    ...nodes.flatMap((node) => box(node, indent)),
    ...nodes.slice(1).map((node, index) => edge(nodes[index], node, indent)),
  ];
}

function box(node: Node, indent: string): readonly string[] {
  const label = quoted([node.title, ...node.notes].map((line) => cut(line, 80)).join('\n'));
  if (node.parts.length === 0) return [`${indent}${node.key} [label=${label}];`];
  const inner = node.parts.flatMap((each, index) => {
    if (each.label === '') return part(each, `${indent}  `);
    const title = quoted(cut(each.label, 80));
    return [
      `${indent}  subgraph cluster_${node.key}_${index} {`,
      `${indent}    label=${title}; style=dashed;`,
      ...part(each, `${indent}    `),
      `${indent}  }`,
    ];
  });
  return [`${indent}subgraph cluster_${node.key} {`, `${indent}  label=${label};`, ...inner, `${indent}}`];
}

function edge(from: Node | undefined, to: Node, indent: string): string {
  const label = to.condition === undefined ? [] : [`label=${quoted(`if ${cut(to.condition, 80)}`)}`];
  const source = from === undefined ? 'input' : lastOf(from).key;
  return `${indent}${source} -> ${firstOf(to).key}${ends(from, to, label)};`;
}

function ends(from: Node | undefined, to: Node | undefined, more: readonly string[] = []): string {
  const attributes = [
    ...more,
    ...(from !== undefined && from.parts.length > 0 ? [`ltail=cluster_${from.key}`] : []),
    ...(to !== undefined && to.parts.length > 0 ? [`lhead=cluster_${to.key}`] : []),
  ];
  return attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`;
}

function firstOf(node: Node): Node {
  const inner = node.parts.find(({ nodes }) => nodes.length > 0)?.nodes[0];
  return inner === undefined ? node : firstOf(inner);
}

function lastOf(node: Node): Node {
  const inner = node.parts.findLast(({ nodes }) => nodes.length > 0)?.nodes.at(-1);
  return inner === undefined ? node : lastOf(inner);
}

/** In quotes only these three mean anything; `\n` centres the line. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
