import type { Chain, MemorySpec } from '../core/chain.ts';
import type { Json } from '../core/json.ts';
import type { Limits } from '../core/limits.ts';
import type { AnswerFormat, ModelSpec } from '../core/model.ts';
import type { Step } from '../core/step.ts';
import { cachePolicy } from '../lib/cache-option.ts';
import type { FieldValues } from '../lib/fields.ts';
import type { StepName } from '../template/names.ts';
import { type Catalogue, catalogueDirs, listCatalogue } from './catalogue.ts';
import { checkedFields } from './checked.ts';
import { bindEngineer } from './engineer.ts';
import { locateFile } from './files.ts';
import type { Frame, Reading } from './frame.ts';
import { idsIn } from './ids.ts';
import { readInputs } from './inputs.ts';
import { locate } from './locate.ts';
import type { WrittenServer } from './mcp.ts';
import { readModels } from './models.ts';
import type { Entry, MapNode, Node } from './node.ts';
import { describe, jsonOf, nodeAt } from './node.ts';
import { createLocator } from './offsets.ts';
import type { Loading } from './options.ts';
import { readPermissions } from './permissions.ts';
import type { Report } from './report.ts';
import { bindServers, listServers } from './servers.ts';
import { setValues } from './set.ts';
import type { Place } from './source.ts';
import { bindSteps } from './step-list.ts';
import { bindText, bindValue } from './texts.ts';
import { bindTools, declaredNames } from './tools.ts';
import { chainFields } from './top-level.ts';
import type { Tree } from './tree.ts';
import { isFreeKey, unknownKey } from './unknown-key.ts';
import { noteReads } from './uses.ts';
import { FOREIGN } from './words.ts';

/** One chain file, parsed, and what is around it. */
export interface ChainSource {
  readonly report: Report;
  readonly tree: Tree;
  readonly file: string;
  readonly dir: string;
  /** Unless the file gives one. */
  readonly name: string;
  readonly sha256: () => string;
  /** Not included by another chain: settings of the command line are for it. */
  readonly isTop: boolean;
  include(path: string, at: Place): Chain | undefined;
}

/** Checks a parsed file and binds its steps. The chain is whole only if no error was reported. */
export function bindChain(loading: Loading, source: ChainSource): Chain | undefined {
  const { report, tree } = source;
  const written = rootMap(report, tree.root);
  if (written === undefined) return undefined;
  const root = source.isTop ? setValues(report, written, loading.options.set ?? []) : written;
  const settings = readSettings(report, root);
  const list = stepsNode(report, root);
  const inputs = readInputs(report, root.entries.get('inputs')?.value);
  const frame = createFrame(loading, { source, root, inputs, list, cache: cachePolicy(settings.cache) });
  const steps = list === undefined ? [] : bindSteps(frame, list);
  const last = bindFinally(frame);
  if (list !== undefined) frame.models.finish(frame.prompts);
  const tools = bindTools(frame);
  const servers = bindServers(frame, writtenServers(settings), frame.reached);
  checkStepModels(frame);
  const output = bindOutput(frame);
  const memory = bindMemory(frame, settings);
  const tests = bindTests(frame, settings);
  const engineer = bindEngineer(settings.engineer, root.entries.get('engineer')?.value, frame);
  const { uses } = frame;
  return {
    name: settings.name ?? source.name,
    ...(settings.description === undefined ? {} : { description: settings.description }),
    file: source.file,
    dir: source.dir,
    get sha256() {
      return source.sha256();
    },
    inputs,
    steps,
    finally: last,
    ...(output === undefined ? {} : { output }),
    ...(source.isTop && loading.options.answer !== undefined ? { answer: loading.options.answer } : {}),
    memory,
    limits: limitsOf(settings),
    servers,
    tools,
    permissions: readPermissions(frame, { steps, finally: last, tools }),
    secrets: settings.secrets ?? [],
    allowEmpty: settings.allow_empty ?? false,
    ...(tests === undefined ? {} : { tests }),
    ...(engineer === undefined ? {} : { engineer }),
    warnings: source.isTop ? loading.warnings : [],
    sources: loading.sources,
    uses: { ...uses, models: [...uses.models.values()] },
  };
}

function rootMap(report: Report, root: Node): MapNode | undefined {
  if (root.kind === 'map') return root;
  const isEmpty = root.kind === 'scalar' && root.value === null;
  const help = 'a chain is a map with "steps":\n\nsteps:\n  - "Summarise: {input}"';
  report.add(root, {
    code: 'PC1101',
    message: isEmpty ? 'the file is empty' : `a chain must be a map, not ${describe(root)}`,
    help,
  });
  return undefined;
}

/** What parts of their own read; the others need no scope. */
const ELSEWHERE: ReadonlySet<string> = new Set(['inputs', 'models', 'tools', 'permissions', 'steps', 'instructions', 'finally']);
const SETTINGS: ReadonlySet<string> = new Set(chainFields.keys.filter((key) => !ELSEWHERE.has(key)));
const OWNER = { name: 'the chain', known: chainFields.keys, foreign: FOREIGN.chain };

type Settings = Partial<FieldValues<typeof chainFields>>;

function readSettings(report: Report, root: MapNode): Settings {
  const json: Record<string, Json> = {};
  for (const [key, entry] of root.entries) {
    if (isFreeKey(key)) continue;
    if (!chainFields.has(key)) report.add(entry.key, unknownKey(key, OWNER));
    else if (SETTINGS.has(key) && !isNothing(entry)) json[key] = jsonOf(entry.value);
  }
  return checkedFields(report, { node: root, json, fields: chainFields, owner: () => OWNER }) ?? {};
}

function writtenServers({ mcp = {}, mcp_servers: listed = [] }: Settings): Map<string, WrittenServer> {
  return new Map([...Object.entries(mcp), ...listed.map(({ id, ...server }) => [id, server] as const)]);
}

function isNothing({ value }: Entry): boolean {
  return value.kind === 'scalar' && value.value === null;
}

function stepsNode(report: Report, root: MapNode): Node | undefined {
  const steps = root.entries.get('steps');
  const instructions = root.entries.get('instructions');
  const [first] = root.entries.values();
  if (steps !== undefined && instructions !== undefined) {
    report.add(instructions.key, {
      code: 'PC1106',
      message: '"steps" and "instructions" are two words for the same list: keep one',
    });
  }
  const entry = steps ?? instructions;
  if (entry === undefined) {
    const help = 'add steps:\n  - "Summarise: {input}"';
    report.add(first?.key ?? root, { code: 'PC1105', message: 'the chain has no "steps"', help });
    return undefined;
  }
  const isEmpty = isNothing(entry) || (entry.value.kind === 'list' && entry.value.items.length === 0);
  if (!isEmpty) return entry.value;
  report.add(entry.key, { code: 'PC1105', message: 'the chain has no steps: its list is empty' });
  return undefined;
}

function createFrame(
  loading: Loading,
  {
    source,
    root,
    inputs,
    list,
    cache,
  }: Pick<Frame, 'root' | 'cache'> & { source: ChainSource; inputs: Chain['inputs']; list: Node | undefined },
): Frame {
  const { options } = loading;
  let catalogue: Catalogue | undefined;
  return {
    options,
    kinds: new Map(options.kinds.map((kind) => [kind.key, kind])),
    report: source.report,
    problems: loading.problems,
    sources: loading.sources,
    locator: createLocator(source.report.source.text),
    root,
    dir: source.dir,
    tree: { root: loading.root, outside: options.allowOutside === true },
    promptDirs: promptDirsOf(root),
    models: readModels(source.report, root, { ...options, ...(source.isTop ? {} : { model: withoutSteps(options.model) }) }),
    names: {
      inputs,
      steps: new Map<string, StepName>(),
      later: new Set([...idsIn(list), ...idsIn(root.entries.get('finally')?.value)]),
      apart: new Map(),
      inputIsModelText: false,
    },
    braced: source.tree.braced,
    uncertain: new Set(),
    ids: new Map(),
    servers: listServers(source.report, root),
    reached: new Set(),
    declared: declaredNames(root),
    uses: {
      input: false,
      stdin: false,
      memory: false,
      conversation: false,
      models: new Map<string, ModelSpec>(),
      commands: false,
      functions: false,
      gates: false,
      cache: false,
      servers: [],
    },
    ...(source.isTop ? lastStep(root, list, options.answer) : {}),
    cache,
    prompts: 0,
    hasOutput: false,
    catalogue() {
      catalogue ??= listCatalogue(catalogueDirs(source.dir, options.packageDir));
      return catalogue;
    },
    loadChain: source.include,
  };
}

/** With an `output` of its own, no step gives that of the chain. */
function lastStep(root: MapNode, list: Node | undefined, answer: AnswerFormat | undefined): Pick<Frame, 'last'> {
  const node = list?.kind === 'list' ? list.items.at(-1) : undefined;
  return node === undefined || answer === undefined || root.entries.has('output') ? {} : { last: { node, answer } };
}

function withoutSteps(choice: Loading['options']['model']): { default?: string; override?: string } {
  const { steps: _, ...rest } = choice ?? {};
  return rest;
}

function promptDirsOf(root: MapNode): string[] {
  const node = root.entries.get('prompt_dirs')?.value;
  if (node?.kind !== 'list') return ['prompts'];
  return node.items.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []));
}

function checkStepModels(frame: Frame): void {
  for (const id of frame.models.unasked()) {
    const place = frame.root.entries.get('steps')?.key ?? frame.root;
    const known = frame.ids.has(id);
    // A step that is wrong may not have come so far.
    if (known && frame.problems.some(({ severity }) => severity === 'error')) continue;
    const message = `the command line gives step "${id}" a model, but ${known ? 'that step asks none' : 'the chain has no such step'}`;
    const help = known ? 'name a step that asks a model' : `its ids are: ${[...frame.ids.keys()].join(', ') || 'none'}`;
    frame.report.add(place, { code: 'PC1116', message, help });
  }
}

/** By then any step may not have run, whatever stands around it. */
function bindFinally(frame: Frame): Step[] {
  const entry = frame.root.entries.get('finally');
  if (entry === undefined || isNothing(entry)) return [];
  const before = new Set(frame.uncertain);
  for (const id of frame.ids.keys()) frame.uncertain.add(id);
  const taken = frame.ids.get('finally');
  if (taken !== undefined) {
    const message = 'the id "finally" is taken: the steps under the key of that name have it in their paths';
    frame.report.add(taken, { code: 'PC1108', message });
  }
  const steps = bindSteps(frame, entry.value);
  for (const id of frame.ids.keys()) if (!before.has(id)) frame.uncertain.delete(id);
  return steps;
}

function bindOutput(frame: Frame): Chain['output'] {
  const entry = frame.root.entries.get('output');
  if (entry === undefined || isNothing(entry)) return undefined;
  const reading: Reading = { references: [], conditional: false, missing: 'error' };
  const output = bindValue({ frame, reading, raw: false }, entry.value);
  noteReads(frame, reading);
  return output;
}

function bindTests({ report, root, tree, dir }: Frame, { tests }: Settings): Chain['tests'] {
  const node = root.entries.get('tests')?.value;
  if (tests === undefined || node === undefined) return undefined;
  if (Array.isArray(tests)) return { cases: locate(report.source, node, tests as Json) };
  const found = locateFile(tree, dir, tests.file);
  if ('file' in found) return { file: found.file };
  report.add(nodeAt(node, ['file']) ?? node, found.finding);
  return undefined;
}

function limitsOf({ limits: { time, cost, calls, tokens } = {} }: Settings): Limits {
  return {
    ...(cost === undefined ? {} : { cost }),
    ...(time === undefined ? {} : { timeMs: time }),
    ...(calls === undefined ? {} : { calls }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

function bindMemory(frame: Frame, { memory }: Settings): MemorySpec {
  const map = frame.root.entries.get('memory')?.value;
  const node = map?.kind === 'map' ? map.entries.get('namespace')?.value : undefined;
  const reading: Reading = { references: [], conditional: false, missing: 'error' };
  const early = { ...frame, names: { ...frame.names, steps: new Map<string, StepName>(), later: new Set(frame.ids.keys()) } };
  const namespace = node === undefined ? undefined : bindText({ frame: early, reading, raw: false }, node);
  if (reading.references.some((reference) => reference.root === 'input')) frame.uses.input = true;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    commit: memory?.commit ?? 'on_success',
    ...(memory?.max === undefined ? {} : { max: memory.max }),
  };
}
