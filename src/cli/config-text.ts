import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { type Document, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Position, Problem } from '../core/problem.ts';
import { nearest } from '../lib/nearest.ts';
import { projectConfigSchema, providerSchema, type UserConfig, userConfigSchema } from './schemas/config.ts';

export interface ConfigText {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  /** The user's own file, which may set more than a project's. */
  readonly user: boolean;
}

export interface ConfigValues {
  readonly values: UserConfig;
  readonly problems: readonly Problem[];
}

/** The values of one configuration file, or every problem in it: a file with problems gives no values. */
export function readConfigText(config: ConfigText): ConfigValues {
  try {
    return read(config);
  } catch (error) {
    // Aliases and depth are what makes a short YAML text expensive; a flat map of settings needs neither.
    const position = { file: config.file, line: 1, column: 1 };
    return {
      values: {},
      problems: [problem('PC1902', `not usable as configuration: ${lowerFirst((error as Error).message)}`, position)],
    };
  }
}

function read({ file, text, user }: ConfigText): ConfigValues {
  const at = (start: number, end: number): Position => {
    const before = text.slice(0, start).split('\n');
    return { file, line: before.length, column: (before.at(-1) ?? '').length + 1, length: Math.max(1, end - start) };
  };
  const failed = (problems: readonly Problem[]): ConfigValues => ({ values: {}, problems });

  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) {
    return failed(document.errors.map(({ message, pos }) => problem('PC1902', `not valid YAML: ${message}`, at(pos[0], pos[1]))));
  }
  if (document.contents === null) return { values: {}, problems: [] };
  if (!isMap(document.contents)) return failed([problem('PC1902', 'the configuration must be a map of settings', at(0, 1))]);

  const schema = user ? userConfigSchema : projectConfigSchema;
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  const problems = (parsed.error?.issues ?? []).flatMap(({ message, path, ...issue }) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey(path, key, user, at(...rangeOfKey(document, [...path, key]))));
    }
    return [
      problem('PC1904', `"${path.join('.')}": ${lowerFirst(message)}`, at(...rangeOfValue(document, path)), keyHelp(path[0])),
    ];
  });
  if (!user && leavesFolder(file, document.get('env_file'))) {
    const message = 'a project cannot name an env file outside its own folder';
    problems.push(problem('PC1905', message, at(...rangeOfValue(document, ['env_file'])), USER_HELP));
  }
  return parsed.success && problems.length === 0 ? { values: parsed.data, problems } : failed(problems);
}

type Path = readonly PropertyKey[];

function leavesFolder(file: string, envFile: unknown): boolean {
  if (typeof envFile !== 'string') return false;
  const path = relative(dirname(file), resolve(dirname(file), envFile));
  return isAbsolute(path) || path.split(sep)[0] === '..';
}

const USER_HELP = 'put it in your own configuration: promptchain help config';

function unknownKey(path: Path, key: string, user: boolean, position: Position): Problem {
  const top = user ? userConfigSchema.shape : projectConfigSchema.shape;
  const names = Object.keys(path.length === 0 ? top : providerSchema.shape);
  if (path.length === 0 && Object.hasOwn(userConfigSchema.shape, key)) {
    return problem('PC1905', `"${key}" cannot be set by a project`, position, USER_HELP);
  }
  const close = nearest(key, names);
  return {
    ...problem('PC1903', `unknown setting "${[...path, key].join('.')}"`, position, `the settings here are: ${names.join(', ')}`),
    ...(close === undefined ? {} : { label: `did you mean "${close}"?` }),
  };
}

function problem(code: string, message: string, position: Position, help?: string): Problem {
  return { code, severity: 'error', message, position, ...(help === undefined ? {} : { help }) };
}

function keyHelp(key: PropertyKey | undefined): string | undefined {
  return Object.entries(userConfigSchema.shape).find(([name]) => name === key)?.[1].description;
}

function rangeOfKey(document: Document, path: Path): readonly [number, number] {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1)) : undefined;
  return rangeOf(pair?.key);
}

function rangeOfValue(document: Document, path: Path): readonly [number, number] {
  const [start, end] = rangeOf(document.getIn(path, true));
  return start === end ? rangeOfKey(document, path) : [start, end];
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : [0, 0];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
