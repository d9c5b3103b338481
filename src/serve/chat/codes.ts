/** Error codes of the WebSocket chat, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC2280: 'a chat that does not begin with hello, or says it twice',
  PC2281: 'a message that is none of the chat protocol',
  PC2282: 'too many messages of a session wait for their turn',
  PC2283: 'the id of a message was used for another one in the same session',
  PC2284: 'a session that another chain is answering now',
  PC2285: 'too many chats are connected',
  PC2286: 'a message was taken back before its turn began',
  PC2287: 'an upgrade whose handshake is none of WebSocket',
};
