import type { JsonObject } from '../../core/json.ts';

/** What `promptchain schema` can print besides the chain's own schema, each as JSON Schema, draft-07. */
export const DATA_SCHEMAS = {
  events: async () => (await import('./events.ts')).eventSchema,
  result: async () => (await import('./result.ts')).resultSchema,
  evaluation: async () => (await import('./evaluation.ts')).evaluationSchema,
  improve: async () => (await import('./improve.ts')).improveSchema,
  lint: async () => (await import('./lint.ts')).lintSchema,
  report: async () => (await import('./report.ts')).reportSchema,
  config: async () => (await import('./config.ts')).userConfigSchema,
} as const;

export type DataSchema = keyof typeof DATA_SCHEMAS;

/**
 * The JSON Schema of `name`. Objects are open, because a later version may add a field; `closed` forbids what is not
 * listed, which is how the tests hold the schema against real output.
 */
export async function dataSchema(name: DataSchema, { closed }: { closed: boolean }): Promise<JsonObject> {
  const { toJSONSchema } = await import('./to-json-schema.ts');
  const schema = await DATA_SCHEMAS[name]();
  return toJSONSchema(schema, { target: 'draft-07', io: closed ? 'output' : 'input', unrepresentable: 'any' }) as JsonObject;
}
