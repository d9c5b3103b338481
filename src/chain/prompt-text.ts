import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { ModelParams } from '../core/model.ts';
import type { Template } from '../core/template.ts';
import { fields } from '../lib/fields.ts';
import { modelParams, paramsOf } from '../lib/model-params.ts';
import { nearest } from '../lib/nearest.ts';
import { compileTemplate } from '../template/compile.ts';
import { checked } from './checked.ts';
import { locateFile, readText } from './files.ts';
import { partFile } from './front-matter.ts';
import type { Node, ScalarNode } from './node.ts';
import { describe, jsonOf } from './node.ts';
import type { Report } from './report.ts';
import { createReport, shown } from './report.ts';
import { createSource } from './source.ts';
import type { TextContext } from './texts.ts';
import { bindText } from './texts.ts';

export interface PromptText {
  readonly template: Template;
  readonly model?: string;
  readonly params: ModelParams;
}

/** The text of a prompt: written in the chain, in a file, or found by id. */
export function bindPrompt(context: TextContext, node: Node): PromptText | undefined {
  if (node.kind === 'scalar') {
    const template = bindText(context, node, { isPrompt: true });
    return template && { template, params: {} };
  }
  const file = node.kind === 'map' ? node.entries.get('file')?.value : undefined;
  const id = node.kind === 'map' ? node.entries.get('id')?.value : undefined;
  if (file?.kind === 'scalar') return readPrompt(context, file, String(file.value));
  if (id?.kind === 'scalar') {
    const name = findPrompt(context, id);
    return name === undefined ? undefined : readPrompt(context, id, name);
  }
  context.frame.report.add(node, {
    code: 'PC1101',
    message: `a prompt must be text, {file: …} or {id: …}, not ${describe(node)}`,
  });
  return undefined;
}

const EXTENSIONS = ['.md', '.txt', '.xml', '.json'];

/** Of the files in the prompt folders the one with that stem, relative to the chain. */
function findPrompt({ frame }: TextContext, node: ScalarNode): string | undefined {
  const id = String(node.value);
  const found = new Map<string, string>();
  for (const dir of frame.promptDirs) {
    for (const { stem, file } of promptsIn(join(frame.dir, dir))) if (!found.has(stem)) found.set(stem, file);
  }
  const file = found.get(id);
  if (file !== undefined) return relative(frame.dir, file);
  const near = nearest(id, found.keys());
  frame.report.add(node, {
    code: 'PC1314',
    message: `there is no prompt ${shown(id)} in ${frame.promptDirs.join(', ')}`,
    label: near === undefined ? undefined : `did you mean "${near}"?`,
    help: 'an id is the name of a file there, without its extension',
  });
  return undefined;
}

/** The prompt files in a folder and those below it, in the order in which an id is looked for; techniques and strategies are not among them. */
export function promptsIn(dir: string, depth = 0): { stem: string; file: string }[] {
  if (depth > 8) return [];
  return entriesOf(dir).flatMap((entry) => {
    if (entry.isDirectory()) return RESERVED.has(entry.name) ? [] : promptsIn(join(dir, entry.name), depth + 1);
    const extension = EXTENSIONS.find((each) => entry.name.endsWith(each));
    return extension === undefined ? [] : [{ stem: entry.name.slice(0, -extension.length), file: join(dir, entry.name) }];
  });
}

const RESERVED = new Set(['techniques', 'strategies', 'node_modules', '.git']);

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function readPrompt(context: TextContext, node: ScalarNode, name: string): PromptText | undefined {
  const { frame } = context;
  const located = locateFile(frame.tree, frame.dir, name);
  const given = 'file' in located ? frame.options.prompts?.get(located.file) : undefined;
  const read = 'finding' in located ? located : given === undefined ? readText(located.file, name) : { text: given };
  if ('finding' in read) {
    frame.report.add(node, read.finding);
    return undefined;
  }
  const file = 'file' in located ? located.file : name;
  frame.sources.set(file, read.text);
  const report = createReport(createSource(file, read.text), frame.problems);
  const parted = partFile(report);
  const { template, problems } = compileTemplate(parted.body, { raw: context.raw, names: frame.names });
  for (const { offset, length, fix: _, ...finding } of problems) {
    const start = parted.bodyStart + offset;
    report.add({ start, end: start + length }, finding);
  }
  context.reading.references.push(...template.references);
  return { template, ...readFront(report, parted.front) };
}

const frontFields = fields({
  description: () => z.string().optional(),
  model: () => z.string().min(1).optional(),
  ...modelParams,
});

function readFront(report: Report, front: Node | undefined): Omit<PromptText, 'template'> {
  if (front === undefined) return { params: {} };
  if (front.kind !== 'map') {
    report.add(front, { code: 'PC1312', message: 'front matter must be a map' });
    return { params: {} };
  }
  const owner = () => ({ name: 'the front matter', known: frontFields.keys });
  const parsed = checked(report, { node: front, json: jsonOf(front), schema: frontFields.whole(), owner });
  if (parsed === undefined) return { params: {} };
  return { params: paramsOf(parsed), ...(parsed.model === undefined ? {} : { model: parsed.model }) };
}
