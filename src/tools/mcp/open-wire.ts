import { ToolError } from '../../core/errors.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { serverEnvironment } from './environment.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

/** The connection that an entry asks for, not yet started, but a server's program is. The code for each way of connecting is loaded when it is used. */
export async function openWire(spec: ServerSpec, transport: ServerSpec['transport'], { io, log }: World): Promise<Wire> {
  if (spec.transport === 'stdio') {
    const { StdioWire } = await import('./stdio.ts');
    const wire = new StdioWire(spec, serverEnvironment(io.env, spec.env), log);
    wire.begin();
    return wire;
  }
  checkAddress(spec);
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

/** The errors of `fetch` quote what they refuse, and a header may hold a key. */
function checkAddress({ name, url, headers }: Extract<ServerSpec, { url: string }>): void {
  if (!(URL.canParse(url) && /^https?:/i.test(url))) {
    throw new ToolError(`the address of the MCP server "${name}" is none: it must begin with http:// or https://`, {
      code: 'PC7017',
      reason: 'tool',
    });
  }
  for (const [header, value] of Object.entries(headers)) {
    if (HEADER_NAME.test(header) && HEADER_VALUE.test(value)) continue;
    throw new ToolError(`the header ${JSON.stringify(header)} of the MCP server "${name}" cannot be sent as it is`, {
      code: 'PC7017',
      reason: 'tool',
      help: 'a name has no spaces; a value has no line breaks and only letters that HTTP knows',
    });
  }
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
