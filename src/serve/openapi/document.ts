import type { ServedChain } from '../service.ts';
import type { ServerState } from '../state.ts';
import { PATHS } from './paths.ts';
import { schemasOf } from './schemas.ts';

/** What the server answers to, as an OpenAPI 3.1 document: bodies come from the schemas that check them. */
export async function openApiOf(chains: readonly ServedChain[], state: ServerState): Promise<object> {
  const { version, needsToken } = state;
  return {
    openapi: '3.1.0',
    info: {
      title: 'promptchain serve',
      version,
      description: `Chains: ${chains.map(({ name }) => name).join(', ')}. Also spoken: MCP at /mcp, and a WebSocket chat at /chat/{name}.`,
    },
    ...(needsToken ? { security: [{ token: [] }] } : {}),
    paths: PATHS,
    components: {
      schemas: schemasOf(chains, await state.shapes()),
      parameters: {
        chain: { name: 'name', in: 'path', required: true, schema: { enum: chains.map(({ name }) => name) } },
        run: { name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'the id of a run' },
      },
      responses: {
        Refused: {
          description: 'the request is refused: the message says why',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
        },
      },
      ...(needsToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
}
