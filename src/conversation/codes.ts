/** What can go wrong with a conversation, for `help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC8301: 'a session of a chat with a name that cannot be one',
  PC8302: 'what memory keeps of a session is not a conversation any more',
  PC8303: 'a conversation is longer than what is sent of it: older turns were left out',
  PC8304: 'no earlier conversation with the chain is kept, to go on with',
};
