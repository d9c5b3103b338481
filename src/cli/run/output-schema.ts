import { resolve } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { AnswerFormat } from '../../core/model.ts';
import type { RunFlags } from './flags.ts';
import { readTextFile } from './read-text.ts';

/** What `--output-schema` says the output must be. Throws `UsageError` for a file that is no JSON Schema. */
export async function outputFormat(
  cwd: string,
  { outputSchema, maxInputBytes }: Pick<RunFlags, 'outputSchema' | 'maxInputBytes'>,
): Promise<AnswerFormat | undefined> {
  if (outputSchema === undefined) return undefined;
  const text = readTextFile(resolve(cwd, outputSchema), maxInputBytes, '--output-schema');
  const schema = parsed(text, outputSchema);
  if (!isJsonObject(schema)) throw noSchema(outputSchema, 'it is not a map');
  const { schemaProblem } = await import('../../lib/json-schema.ts');
  const found = schemaProblem(schema);
  if (found === undefined) return { schema };
  throw noSchema(outputSchema, found.path.length === 0 ? found.problem : `at "${found.path.join('.')}" ${found.problem}`);
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw noSchema(file, error instanceof Error ? error.message : String(error));
  }
}

function noSchema(file: string, why: string): UsageError {
  return new UsageError(`--output-schema: "${file}" is no JSON Schema: ${why}`, { code: 'PC2004' });
}
