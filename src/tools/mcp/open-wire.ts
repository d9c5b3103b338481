import type { ServerSpec } from '../../core/tool.ts';
import { serverEnvironment } from './environment.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

/** The connection that an entry asks for, not yet started. The code for each way of connecting is loaded when it is used. */
export async function openWire(spec: ServerSpec, transport: ServerSpec['transport'], { io, log }: World): Promise<Wire> {
  if (spec.transport === 'stdio') {
    const [{ StdioWire }, { DEFAULT_INHERITED_ENV_VARS }] = await Promise.all([
      import('./stdio.ts'),
      import('@modelcontextprotocol/sdk/client/stdio.js'),
    ]);
    return new StdioWire(spec, serverEnvironment(io.env, spec.env, DEFAULT_INHERITED_ENV_VARS), log);
  }
  if (transport === 'sse') {
    const [{ SseWire }, { SSEClientTransport }] = await Promise.all([
      import('./sse.ts'),
      import('@modelcontextprotocol/sdk/client/sse.js'),
    ]);
    return new SseWire(spec, SSEClientTransport);
  }
  const [{ HttpWire }, { StreamableHTTPClientTransport }] = await Promise.all([
    import('./http.ts'),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
  ]);
  return new HttpWire(spec, StreamableHTTPClientTransport);
}
