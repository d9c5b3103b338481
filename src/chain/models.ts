import { z } from 'zod';
import type { ModelParams, ModelSpec } from '../core/model.ts';
import { duration } from '../lib/duration.ts';
import { type FieldValues, fields } from '../lib/fields.ts';
import { mergeParams, modelParams, paramsOf } from '../lib/model-params.ts';
import { nearest } from '../lib/nearest.ts';
import { isSecretName } from '../lib/secret-name.ts';
import { checked } from './checked.ts';
import { expandVariables, joinPieces } from './environment.ts';
import { linkFallbacks } from './fallbacks.ts';
import type { ListNode, MapNode, Node } from './node.ts';
import { jsonOf } from './node.ts';
import type { LoadOptions } from './options.ts';
import type { Report } from './report.ts';
import { shown } from './report.ts';
import { type Place, positionOf } from './source.ts';

/** One entry of `models:` in its long form. */
const modelFields = fields({
  model: () => z.string().optional().describe('provider/model'),
  name: () => z.string().optional().describe('the same, as the original has it in a positional list'),
  base_url: () => z.string().optional().describe(`where an OpenAI-compatible server listens; \${VAR} is expanded`),
  api_key_env: () => z.string().optional().describe('the environment variable that holds the key'),
  api_key: () => z.string().optional().describe(`only as \${VAR}: a literal key is refused`),
  api: () => z.enum(['chat', 'responses']).optional().describe("which of OpenAI's protocols to speak"),
  fallback: () =>
    z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('who answers when this model fails after its attempts, in order: provider/model, or names from "models"'),
  idle_timeout: () => duration().optional().describe('the longest silence within an answer, such as 30s; by default 60s'),
  context: () =>
    z.int().min(1).optional().describe('tokens the model reads and writes at once, where that is not known or not true of yours'),
  price: () =>
    z
      .strictObject({
        input: z.number().min(0).describe('read by the model'),
        output: z.number().min(0).describe('written by it'),
        cached_input: z.number().min(0).optional().describe('read from its cache; by default the same as input'),
      })
      .optional()
      .describe('US dollars per million tokens, for a model whose price is not known or not yours'),
  rate: () => rateSchema().optional().describe('what your key may do a minute, where the provider does not say'),
  ...modelParams,
});

const rateSchema = () =>
  z.strictObject({
    requests: z.int().min(1).optional().describe('requests a minute'),
    tokens: z.int().min(1).optional().describe('tokens a minute, input and output together'),
  });

export const modelsSchema = () =>
  z.union([
    z.record(z.string(), z.union([z.string(), modelFields.whole()])),
    z.array(z.union([z.string(), modelFields.whole()])),
  ]);

/** Where a step may get its model from, in the order they count. */
export interface ModelRequest {
  readonly id?: string | undefined;
  /** The step's own `model`. */
  readonly own?: { readonly name: string; readonly place: Place } | undefined;
  /** The `model` of the front matter of its prompt file, which has its own place. */
  readonly front?: string | undefined;
  /** Its turn in a positional list, from 0; undefined when it takes none. */
  readonly turn?: number | undefined;
  readonly place: Place;
  readonly params: ModelParams;
  /** The step's own `fallback`. */
  readonly fallback?: Node | undefined;
}

export interface Models {
  resolve(request: ModelRequest): ModelSpec | undefined;
  /** Holds the number of positional models against the number of prompt steps. */
  finish(prompts: number): void;
  /** The steps that the command line gives a model and that never asked for one. */
  unasked(): readonly string[];
}

export function readModels(report: Report, root: MapNode, options: LoadOptions): Models {
  const node = root.entries.get('models')?.value;
  const lists = new Map<ModelSpec, Node>();
  const reading = { options, lists };
  const named = node?.kind === 'map' ? readAliases(report, node, reading) : new Map<string, ModelSpec | undefined>();
  const listed = node?.kind === 'list' ? readList(report, node, reading) : [];
  if (node?.kind === 'scalar') {
    const help = 'write a list, or a map of names to models; "model:" is the default of all steps';
    report.add(node, { code: 'PC1101', message: '"models" must be a map or a list', help });
  }
  const find = (name: string, place: Place): ModelSpec | undefined =>
    named.has(name) ? named.get(name) : specOf(report, name, { place, options, aliases: [...named.keys()] });
  const fallbacks = linkFallbacks(report, lists, find);
  const defaultNode = root.entries.get('model')?.value;
  const byDefault =
    defaultNode?.kind === 'scalar' && typeof defaultNode.value === 'string'
      ? { name: defaultNode.value, place: defaultNode }
      : undefined;
  const fallback = byDefault === undefined ? undefined : find(byDefault.name, byDefault.place);
  const choice = options.model ?? {};
  const place = node ?? firstLine(root);
  const chosen = (name: string): ModelSpec | undefined =>
    named.has(name) ? named.get(name) : specOf(ofCommandLine(report), name, { place, options, aliases: [...named.keys()] });
  const forced = choice.override === undefined ? undefined : chosen(choice.override);
  const asked = new Set<string>();
  const forStep = new Map(Object.entries(choice.steps ?? {}).map(([id, name]) => [id, chosen(name)]));
  const last = byDefault === undefined ? find(choice.default ?? 'auto', place) : fallback;

  return {
    unasked: () => [...forStep.keys()].filter((id) => !asked.has(id)),
    resolve(request) {
      if (request.id !== undefined) asked.add(request.id);
      const spec = pick(request);
      if (spec === undefined) return undefined;
      const isChosen = choice.override !== undefined || (request.id !== undefined && forStep.has(request.id));
      const others = request.fallback === undefined || isChosen ? fallbacks.of(spec) : fallbacks.named(request.fallback);
      const params = mergeParams(request.params, choice.params ?? {});
      const withParams = (each: ModelSpec) => ({ ...each, params: mergeParams(each.params, params) });
      return others.length === 0 ? withParams(spec) : { ...withParams(spec), fallback: others.map(withParams) };
    },
    finish(prompts) {
      if (node?.kind !== 'list' || listed.length === 1 || listed.length === prompts || choice.override !== undefined) return;
      const message = `there are ${listed.length} models for ${prompts} prompt steps`;
      report.add(node, {
        code: 'PC1202',
        message,
        help: 'give one model for all of them, one for each, or name them: models: {fast: …}',
      });
    },
  };

  function pick({ id, own, front, turn, place: at }: ModelRequest): ModelSpec | undefined {
    if (id !== undefined && forStep.has(id)) return forStep.get(id);
    if (choice.override !== undefined) return forced;
    if (own !== undefined) return find(own.name, own.place);
    if (front !== undefined) return find(front, at);
    if (listed.length > 0) return turn === undefined || listed.length === 1 ? listed[0] : listed[turn];
    return last;
  }
}

/** What is wrong with a model that the command line names is no fault of the file, which only has a place for it. */
function ofCommandLine(report: Report): Report {
  return {
    ...report,
    add: (place, finding) =>
      report.add(place, { ...finding, code: 'PC1116', message: `on the command line: ${finding.message}` }),
  };
}

function firstLine(root: MapNode): Place {
  const [first] = root.entries.values();
  return first?.key ?? root;
}

interface Reading {
  readonly options: LoadOptions;
  /** Gets the `fallback` of each model that has one. */
  readonly lists: Map<ModelSpec, Node>;
}

function readAliases(report: Report, node: MapNode, reading: Reading): Map<string, ModelSpec | undefined> {
  const specs = new Map<string, ModelSpec | undefined>();
  for (const [name, entry] of node.entries) {
    if (name.startsWith('x-')) continue;
    if (!/^[A-Za-z_][\w-]*$/.test(name) || name === 'auto') {
      report.add(entry.key, {
        code: 'PC1201',
        message: `${shown(name)} cannot be the name of a model`,
        help: 'use letters, digits, _ and -; "auto" is taken',
      });
    }
    specs.set(name, readModel(report, entry.value, { owner: `model "${name}"`, ...reading }));
  }
  return specs;
}

function readList(report: Report, node: ListNode, reading: Reading): (ModelSpec | undefined)[] {
  return node.items.map((item, index) => readModel(report, item, { owner: `model ${index + 1}`, ...reading }));
}

function readModel(report: Report, node: Node, about: { owner: string } & Reading): ModelSpec | undefined {
  const { owner, options, lists } = about;
  if (node.kind === 'scalar' && typeof node.value === 'string')
    return specOf(report, node.value, { place: node, options, aliases: [] });
  if (node.kind !== 'map') {
    report.add(node, { code: 'PC1101', message: `${owner} must be "provider/model", or a map with "model"` });
    return undefined;
  }
  const known = modelFields.keys;
  const parsed = checked(report, {
    node,
    json: jsonOf(node),
    schema: modelFields.whole(),
    owner: () => ({ name: owner, known }),
  });
  if (parsed === undefined) {
    const written = node.entries.get('model')?.value;
    if (written?.kind === 'scalar' && typeof written.value === 'string')
      specOf(report, written.value, { place: written, options, aliases: [], hasUrl: node.entries.has('base_url') });
    return undefined;
  }
  const id = parsed.model ?? parsed.name;
  if (id === undefined) {
    report.add(node, { code: 'PC1105', message: `"model" is missing in ${owner}` });
    return undefined;
  }
  const place = (parsed.model === undefined ? node.entries.get('name') : node.entries.get('model'))?.value ?? node;
  const access = readAccess(report, node, parsed, options);
  const spec = specOf(report, id, { place, options, aliases: [], hasUrl: parsed.base_url !== undefined });
  if (spec === undefined) return undefined;
  const whole = { ...spec, params: paramsOf(parsed), ...access, ...settingsOf(parsed) };
  const list = node.entries.get('fallback')?.value;
  if (list !== undefined) lists.set(whole, list);
  return whole;
}

function settingsOf({
  api,
  context: window,
  idle_timeout: idleTimeoutMs,
  price,
  rate,
}: FieldValues<typeof modelFields>): Partial<ModelSpec> {
  const { input = 0, output = 0, cached_input: cachedInput } = price ?? {};
  const { requests, tokens } = rate ?? {};
  return {
    ...(api === undefined ? {} : { api }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    ...(window === undefined ? {} : { window }),
    ...(price === undefined ? {} : { price: { input, output, ...(cachedInput === undefined ? {} : { cachedInput }) } }),
    ...(rate === undefined
      ? {}
      : { rate: { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) } }),
  };
}

type Access = Pick<ModelSpec, 'baseUrl' | 'apiKeyEnv'>;

function readAccess(report: Report, node: MapNode, parsed: FieldValues<typeof modelFields>, options: LoadOptions): Access {
  const access: { -readonly [K in keyof Access]: Access[K] } = {};
  const urlNode = node.entries.get('base_url')?.value;
  if (parsed.base_url !== undefined && urlNode !== undefined) {
    const { pieces, names, problems } = expandVariables(parsed.base_url, options.env);
    for (const problem of problems) report.add(urlNode, problem);
    const secret = names.find(isSecretName);
    if (secret !== undefined) {
      const help = `a host gets the key in a header: write api_key_env: ${secret}`;
      report.add(urlNode, { code: 'PC1117', message: `"base_url" would send ${secret} as a part of the address`, help });
    }
    const url = joinPieces(pieces);
    if (URL.canParse(url) && /^https?:/.test(url)) access.baseUrl = url;
    else if (problems.length === 0)
      report.add(urlNode, { code: 'PC1101', message: `"base_url" must be an http or https address, not ${shown(url)}` });
  }
  const keyNode = node.entries.get('api_key')?.value;
  const variable = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?\?.*)?\}$/s.exec(parsed.api_key ?? '')?.[1];
  if (keyNode !== undefined && variable === undefined) {
    const help = 'keep the key in an environment variable and name it: api_key_env: MY_API_KEY';
    report.add(keyNode, { code: 'PC1112', message: 'a key does not belong in a chain file', help });
  }
  const keyEnv = parsed.api_key_env ?? variable;
  const envNode = node.entries.get('api_key_env')?.value;
  if (keyEnv === undefined) return access;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(keyEnv)) access.apiKeyEnv = keyEnv;
  else if (envNode !== undefined)
    report.add(envNode, { code: 'PC1112', message: '"api_key_env" must be the name of an environment variable, not a key' });
  return access;
}

const WITHOUT_ROW = ['auto', 'echo', 'offline'];

function specOf(
  report: Report,
  id: string,
  about: { place: Place; options: LoadOptions; aliases: readonly string[]; hasUrl?: boolean },
): ModelSpec | undefined {
  const { place, options, aliases, hasUrl } = about;
  const slash = id.indexOf('/');
  const position = positionOf(report.source, place);
  if (id === 'auto') return { id, provider: 'auto', name: '', params: {}, position };
  if (id.includes('{')) {
    const help = 'the model has to be known before the run: name it here, or give it with --model';
    report.add(place, { code: 'PC1115', message: 'a model takes no placeholders', help });
    return undefined;
  }
  if (slash > 0 && slash === id.length - 1) {
    const help = `promptchain models list shows the providers; write ${id}<model>`;
    report.add(place, { code: 'PC1201', message: `${shown(id)} names a provider but no model`, help });
    return undefined;
  }
  if (slash <= 0 || /\s/.test(id)) {
    const near = nearest(id, [...aliases, 'auto']);
    const names = aliases.length === 0 ? '' : `one of ${aliases.join(', ')}, or `;
    report.add(place, {
      code: 'PC1201',
      message: aliases.length === 0 ? `the model ${shown(id)} has no provider` : `there is no model ${shown(id)}`,
      label: near === undefined ? undefined : `did you mean "${near}"?`,
      help: `write ${names}provider/model, such as openai/gpt-4o-mini`,
    });
    return undefined;
  }
  const provider = id.slice(0, slash);
  if (
    hasUrl !== true &&
    options.providers !== undefined &&
    !options.providers.includes(provider) &&
    !WITHOUT_ROW.includes(provider)
  ) {
    const near = nearest(provider, options.providers);
    report.add(place, {
      code: 'PC1201',
      message: `there is no provider ${shown(provider)}`,
      label: near === undefined ? undefined : `did you mean "${near}"?`,
      help: 'promptchain models list shows the providers; any other OpenAI-compatible server needs "base_url"',
    });
    return undefined;
  }
  return { id, provider, name: id.slice(slash + 1), params: {}, position };
}
