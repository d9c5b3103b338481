import type { ServerState } from '../../serve/state.ts';

/** The schemas that `promptchain schema` prints of results and events, in the dialect of OpenAPI. */
export const servedShapes: ServerState['shapes'] = async () => {
  const [{ toJSONSchema }, { resultSchema }, { eventSchema }] = await Promise.all([
    import('../schemas/to-json-schema.ts'),
    import('../schemas/result.ts'),
    import('../schemas/events.ts'),
  ]);
  const [result, event] = [resultSchema, eventSchema].map((schema) => {
    const { $schema: _, ...rest } = toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    return rest;
  });
  return { result: result ?? {}, event: event ?? {} };
};
