import { allNodes, cut, type Node, type Outline, type Part } from './outline.ts';

/** A flowchart of Mermaid, which GitHub, GitLab and many editors draw. */
export function mermaidOf(outline: Outline, reads: boolean): string {
  const lines = ['flowchart TD', '  input([input])', '  output([output])', ...part({ label: '', nodes: outline.steps }, '  ')];
  const [first] = outline.steps;
  const last = outline.steps.at(-1);
  if (first !== undefined && last !== undefined) lines.push(edge('input', first, '  '), `  ${last.key} --> output`);
  if (outline.last.length > 0) {
    lines.push(
      '  subgraph finally["finally"]',
      ...part({ label: '', nodes: outline.last }, '    '),
      '  end',
      '  output -.-> finally',
    );
  }
  if (reads) {
    for (const node of allNodes(outline)) for (const read of node.reads) lines.push(`  ${read} -.-> ${node.key}`);
  }
  return `${lines.join('\n')}\n`;
}

function part({ nodes }: Part, indent: string): readonly string[] {
  return [
    ...nodes.flatMap((node) => box(node, indent)),
    ...nodes.slice(1).map((node, index) => edge(nodes[index]?.key ?? '', node, indent)),
  ];
}

function box(node: Node, indent: string): readonly string[] {
  const label = [node.title, ...node.notes].map((line) => quoted(cut(line, 80))).join('<br/>');
  if (node.parts.length === 0) return [`${indent}${node.key}["${label}"]`];
  const inner = node.parts.flatMap((each, index) => {
    if (each.label === '') return part(each, `${indent}  `);
    return [
      `${indent}  subgraph ${node.key}_${index}["${quoted(cut(each.label, 80))}"]`,
      ...part(each, `${indent}    `),
      `${indent}  end`,
    ];
  });
  return [`${indent}subgraph ${node.key}["${label}"]`, ...inner, `${indent}end`];
}

function edge(from: string, to: Node, indent: string): string {
  const label = to.condition === undefined ? '' : `|"if ${quoted(cut(to.condition, 80))}"|`;
  return `${indent}${from} -->${label} ${to.key}`;
}

/** Inside quotes Mermaid reads its own entities, Markdown and HTML: whatever could begin one of them is given as a number. */
function quoted(text: string): string {
  return text.replace(/["#&<>`*_\\[\]{}|~]/g, (character) => `#${character.charCodeAt(0)};`);
}
