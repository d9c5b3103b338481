import type { Message } from './messages.ts';

/** Why the server would not take this message but end the connection: it is too long as it is sent. Nothing when it fits. */
export function tooLong(message: Message, most: number | undefined): string | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(message)).length;
  if (most === undefined || bytes <= most) return undefined;
  return `This message is too long: it takes ${counted(bytes)} bytes${message.inputs === undefined ? '' : ' with its inputs'}, and this server takes at most ${counted(most)}. Shorten it and send it again.`;
}

function counted(bytes: number): string {
  return bytes.toLocaleString('en');
}
