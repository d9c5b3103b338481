import { existsSync } from 'node:fs';
import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { coerceInput, defaultsOf } from '../../lib/inputs.ts';
import { nearest } from '../../lib/nearest.ts';
import type { RunFlags } from './flags.ts';
import { readTextFile } from './read-text.ts';

/**
 * The values of the inputs a chain declares, from `--vars`, `--var-file` and `--var` (the later go over the earlier), parsed to
 * their types; what is not given is as it was in the `earlier` run that is taken up, else the default. Throws one `UsageError` with everything that is wrong.
 */
export async function inputValues(
  chain: Pick<Chain, 'inputs' | 'name'>,
  flags: RunFlags,
  earlier: { readonly [name: string]: Json } = {},
): Promise<{ readonly [name: string]: Json }> {
  const given = await givenValues(flags);
  const problems: string[] = [];
  const kept = Object.entries(earlier).filter(([name]) => Object.hasOwn(chain.inputs, name));
  const values: Record<string, Json> = { ...defaultsOf(chain.inputs), ...Object.fromEntries(kept) };
  for (const [name, raw] of given) {
    const spec = Object.hasOwn(chain.inputs, name) ? chain.inputs[name] : undefined;
    if (spec === undefined) {
      problems.push(unknown(name, Object.keys(chain.inputs)));
      continue;
    }
    const coerced = coerceInput(name, spec, raw);
    if ('problem' in coerced) problems.push(coerced.problem);
    else values[name] = coerced.value;
  }
  const missing = Object.entries(chain.inputs).filter(
    ([name, spec]) => spec.required && !given.has(name) && !Object.hasOwn(values, name),
  );
  problems.push(
    ...missing.map(
      ([name, { description }]) => `input "${name}" is required${description === undefined ? '' : `: ${description}`}`,
    ),
  );
  if (problems.length > 0)
    throw wrongInputs(
      problems,
      missing.map(([name]) => name),
    );
  return values;
}

/** The inputs that have to be given and are not. */
export async function missingInputs({ inputs }: Pick<Chain, 'inputs'>, flags: RunFlags): Promise<readonly string[]> {
  const given = await givenValues(flags);
  return Object.keys(inputs).filter((name) => inputs[name]?.required === true && !given.has(name));
}

async function givenValues(flags: RunFlags): Promise<ReadonlyMap<string, Json>> {
  const values = new Map<string, Json>();
  for (const text of flags.vars) for (const [name, value] of Object.entries(await mapFrom(text, flags))) values.set(name, value);
  for (const [name, file] of flags.varFile) values.set(name, readTextFile(file, flags.maxInputBytes, '--var-file'));
  for (const [name, value] of flags.var) values.set(name, value);
  return values;
}

/** A file if there is one of that name, otherwise the map itself. */
async function mapFrom(text: string, flags: RunFlags): Promise<{ readonly [name: string]: Json }> {
  const isFile = !/[\n{]/.test(text) && existsSync(text);
  const source = isFile ? readTextFile(text, flags.maxInputBytes, '--vars') : text;
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(source, { maxAliasCount: 0 });
  } catch (cause) {
    throw new UsageError(`--vars is neither YAML nor JSON: ${(cause as Error).message.split('\n')[0]?.replace(/:$/, '')}`, {
      code: 'PC2004',
      cause,
    });
  }
  if (!isJsonObject(value)) {
    const help = `write it as '{"name": "value"}', or name a file that exists`;
    throw new UsageError('--vars must be a map of input names to values', { code: 'PC2004', help });
  }
  return value;
}

function unknown(name: string, names: readonly string[]): string {
  const close = nearest(name, names);
  if (close !== undefined) return `the chain has no input "${name}": did you mean "${close}"?`;
  return `the chain has no input "${name}": ${names.length === 0 ? 'it declares none' : `it has ${names.join(', ')}`}`;
}

function wrongInputs(problems: readonly string[], missing: readonly string[]): UsageError {
  const [first = '', ...more] = problems;
  const message =
    more.length === 0
      ? first
      : `${problems.length} problems with the inputs\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
  const help =
    missing.length === 0
      ? 'values are given with --var name=value'
      : `give ${missing.map((name) => `--var ${name}=...`).join(' ')}`;
  return new UsageError(message, { code: 'PC2024', help });
}
