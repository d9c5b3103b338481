/** Error codes of the WebSocket chat, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC2080: 'a chat that does not begin with hello, or says it twice',
  PC2081: 'a message that is none of the chat protocol',
  PC2082: 'too many messages of a session wait for their turn',
  PC2083: 'the id of a message was used for another one in the same session',
  PC2084: 'a session that another chain is answering now',
  PC2085: 'too many chats are connected',
  PC2086: 'a message was taken back before its turn began',
};
