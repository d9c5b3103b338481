import type { Expression, Reference, Template, ValueTemplate } from '../core/template.ts';
import { compileTemplate } from '../template/compile.ts';
import { compileExpression } from '../template/expression.ts';
import type { Names } from '../template/names.ts';
import type { TextProblem } from '../template/problem.ts';
import { shapeOf } from '../template/shape.ts';
import { compileValue } from '../template/value.ts';
import { expandVariables } from './environment.ts';
import type { Frame, Reading } from './frame.ts';
import type { Node, ScalarNode } from './node.ts';
import { describe, jsonOf, nodeAt, textOfScalar } from './node.ts';
import { quoteYaml } from './quote.ts';
import type { Report } from './report.ts';
import type { Place } from './source.ts';

/** How the texts of a step are read. */
export interface TextContext {
  readonly frame: Frame;
  readonly reading: Reading;
  readonly raw: boolean;
}

/** Compiles a text of the file; its problems are reported where they stand. */
export function bindText(context: TextContext, node: Node, options: { isPrompt?: boolean } = {}): Template | undefined {
  const { frame } = context;
  if (node.kind !== 'scalar') {
    frame.report.add(node, { code: 'PC1101', message: `this must be text, not ${describe(node)}` });
    return undefined;
  }
  reportCut(frame.report, node, options.isPrompt === true);
  const { template, problems } = compileTemplate(textOfScalar(node), { raw: context.raw, names: frame.names });
  for (const problem of problems) reportInScalar(frame, node, problem);
  note(context, node, template.references);
  return template;
}

/** Compiles a tree of JSON whose strings are texts. */
export function bindValue(context: TextContext, node: Node): ValueTemplate {
  const { frame } = context;
  const { value, problems } = compileValue(jsonOf(node), { raw: context.raw, names: frame.names });
  for (const problem of problems) {
    const leaf = nodeAt(node, problem.path);
    if (leaf?.kind === 'scalar') reportInScalar(frame, leaf, problem);
  }
  for (const { path, template } of value.texts) {
    const leaf = nodeAt(node, path);
    if (leaf?.kind !== 'scalar') continue;
    reportCut(frame.report, leaf, false);
    note(context, leaf, template.references);
  }
  return value;
}

export function bindExpression(
  context: TextContext,
  node: Node,
  type: 'bool' | 'list' | 'dyn',
  more: Pick<Names, 'loop'> = {},
): Expression | undefined {
  const { frame } = context;
  if (node.kind !== 'scalar' || node.value === null) {
    frame.report.add(node, { code: 'PC1101', message: `this must be a CEL expression, not ${describe(node)}` });
    return undefined;
  }
  reportCut(frame.report, node, false);
  const { expression, problems } = compileExpression(textOfScalar(node), type, { ...frame.names, ...more });
  for (const problem of problems) reportInScalar(frame, node, problem);
  if (expression !== undefined) note(context, node, expression.references, true);
  return expression;
}

/** A map of texts in a configuration position: `${VAR}` is expanded first, and what it brings is not scanned again. */
export function bindConfiguration(context: TextContext, node: Node): ValueTemplate {
  if (node.kind !== 'map') return bindScalarConfiguration(context, node);
  const entries = [...node.entries].map(([key, entry]) => [key, bindScalarConfiguration(context, entry.value)] as const);
  return {
    references: entries.flatMap(([, value]) => value.references),
    value: (scope) => Object.fromEntries(entries.map(([key, value]) => [key, value.value(scope)])),
  };
}

function bindScalarConfiguration(context: TextContext, node: Node): ValueTemplate {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || !node.value.includes('$')) {
    const isWritten = node.kind === 'scalar' && node.value !== null && typeof node.value !== 'string';
    return isWritten ? { references: [], value: () => textOfScalar(node) } : bindValue(context, node);
  }
  const { frame } = context;
  const { pieces, problems } = expandVariables(node.value, frame.options.env);
  for (const problem of problems) frame.report.add(frame.locator.place(node, problem.offset, problem.length), problem);
  const parts = pieces.map((piece) => {
    if (!('text' in piece)) return piece.value;
    if (!piece.text.includes('{')) return piece.text;
    const compiled = compileTemplate(piece.text, { raw: context.raw, names: frame.names });
    for (const problem of compiled.problems) reportInScalar(frame, node, shifted(problem, piece.offset));
    note(
      context,
      node,
      compiled.template.references.map((reference) => ({ ...reference, offset: reference.offset + piece.offset })),
    );
    return compiled.template;
  });
  return {
    references: parts.flatMap((part) => (typeof part === 'string' ? [] : part.references)),
    value: (scope) => parts.map((part) => (typeof part === 'string' ? part : part.fill(scope))).join(''),
  };
}

function shifted(problem: TextProblem, by: number): TextProblem {
  const moved = { ...problem, offset: problem.offset + by };
  return problem.fix === undefined ? moved : { ...moved, fix: { ...problem.fix, offset: problem.fix.offset + by } };
}

function reportInScalar(frame: Frame, node: ScalarNode, problem: TextProblem): void {
  if (frame.report.isFull(problem.severity)) return;
  const { offset, length, fix, ...finding } = problem;
  const isText = typeof node.value === 'string';
  const place = isText ? frame.locator.place(node, offset, length) : node;
  frame.report.add(place, { ...finding, fix: fix === undefined || !isText ? undefined : frame.locator.edit(node, fix) });
}

function note({ frame, reading }: TextContext, node: ScalarNode, references: readonly Reference[], isAsked = false): void {
  for (const reference of references) {
    reading.references.push(reference);
    const [id, field] = reference.path;
    if (reference.root === 'loop' && id === 'previous' && !reference.optional && !reading.conditional) {
      frame.report.add(frame.locator.place(node, reference.offset, reference.length), {
        code: 'PC3011',
        message: 'the first turn has no previous one, and this has no default',
        help: 'say what to use then: {loop.previous.… | default "none"}, or has(loop.previous) in a condition',
      });
    }
    if (reference.root !== 'steps' || reference.optional || reading.conditional || typeof id !== 'string') continue;
    const place = () => frame.locator.place(node, reference.offset, reference.length);
    if (frame.uncertain.has(id) && (field === 'output' || field === 'data')) {
      const message = `step "${id}" may not have run, and this has no default`;
      const help = remedyOf(node, reference, isAsked);
      frame.report.add(place(), { code: 'PC3009', severity: reading.missing, message, help });
      continue;
    }
    const found = shapeOf(reference.root, reference.path, frame.names);
    if ('wrong' in found || found.gap === undefined) continue;
    const message = `"${reference.path[found.gap - 1]}" may be left out, and this has no default`;
    const help = remedyOf(node, reference, isAsked);
    frame.report.add(place(), { code: 'PC3013', severity: reading.missing, message, help });
  }
}

function remedyOf(node: ScalarNode, { offset, length }: Reference, isAsked: boolean): string {
  const written = node.value === null ? '' : textOfScalar(node).slice(offset, offset + length);
  return isAsked ? `ask first: has(${written}) && …` : `say what to use then: {${written} | default "…"}`;
}

/** `prompt: Use #hashtag`: a plain text ends where ` #` starts a comment. */
function reportCut(report: Report, node: ScalarNode, isPrompt: boolean): void {
  if (node.style !== 'plain' || typeof node.value !== 'string' || node.value === '') return;
  const { text } = report.source;
  const comment = /^([ \t]+)#(.?)/.exec(text.slice(node.end, node.end + 40));
  if (comment === null) return;
  const start = node.end + (comment[1]?.length ?? 0);
  const lineEnd = text.indexOf('\n', start);
  const end = start + text.slice(start, lineEnd === -1 ? text.length : lineEnd).trimEnd().length;
  const place: Place = { start, end };
  const label = 'this is read as a comment';
  if (/[^\s#!-]/.test(comment[2] ?? '')) {
    const fix = { start: node.start, end, text: quoteYaml(node.value + text.slice(node.end, end)) };
    const message = 'the text is cut at " #"';
    report.add(place, {
      code: 'PC1110',
      message,
      label,
      help: 'quote the text, or put a space after "#" if it is a comment',
      fix,
    });
  } else if (isPrompt && comment[1] === ' ' && /\s/.test(node.value)) {
    const message = 'the text ends before " #"';
    report.add(place, {
      code: 'PC1110',
      severity: 'warning',
      message,
      label,
      help: 'quote the text if this belongs to it, else put the comment on a line of its own',
    });
  }
}
