import type { Json } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { Scope } from '../core/scope.ts';
import type { Reference, Template, ValueTemplate } from '../core/template.ts';
import type { CompileOptions } from './compile.ts';
import { compileTemplate } from './compile.ts';
import type { TextProblem } from './problem.ts';

export type Path = readonly (string | number)[];

/** Every string of a tree with the place where it stands; `path` is empty when the tree is one string. */
export interface CompiledValue extends ValueTemplate {
  readonly texts: readonly { readonly path: Path; readonly template: Template }[];
}

/**
 * Compiles a tree of JSON whose strings are templates; keys are never templates. Each problem carries the path of its string,
 * and offsets into that string. A string that is exactly one placeholder gives the value with its type.
 */
export function compileValue(
  value: Json,
  options: CompileOptions = {},
): { value: CompiledValue; problems: (TextProblem & { path: (string | number)[] })[] } {
  const texts: { path: Path; template: Template }[] = [];
  const problems: (TextProblem & { path: (string | number)[] })[] = [];
  const build = compileNode(value, [], (source, path) => {
    const compiled = compileTemplate(source, options);
    texts.push({ path, template: compiled.template });
    for (const problem of compiled.problems) problems.push({ ...problem, path: [...path] });
    return compiled.template;
  });
  const references: readonly Reference[] = texts.flatMap((text) => text.template.references);
  return { value: { references, texts, value: build }, problems };
}

type Build = (scope: Scope) => Json;

function compileNode(value: Json, path: Path, compile: (source: string, path: Path) => Template): Build {
  if (typeof value === 'string') {
    const template = compile(value, path);
    return template.value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileNode(item, [...path, index], compile));
    return (scope) => items.map((build) => build(scope));
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, compileNode(item, [...path, key], compile)] as const);
    return (scope) => Object.fromEntries(entries.map(([key, build]) => [key, build(scope)]));
  }
  return () => value;
}
