import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** The address of whoever asks; empty when it has gone already. */
export function clientOf(context: Context): string {
  return (context.env as Partial<HttpBindings>).incoming?.socket.remoteAddress ?? '';
}
