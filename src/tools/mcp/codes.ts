/** Error codes of this folder; `help errors` lists them. */
export const CODES: Readonly<Record<string, string>> = {
  PC7011: 'an MCP server cannot be started',
  PC7012: 'an MCP server did not answer in time when it was started',
  PC7013: 'an MCP server ended',
  PC7014: 'an MCP server sent what the protocol does not allow, or more than anyone should read',
  PC7015: 'an MCP server refuses the credentials it got, or wants some',
  PC7016: 'a call to an MCP server was not answered in time',
  PC7017: 'an MCP server cannot be reached, or answered with an HTTP error',
  PC7018: 'the connection to an MCP server was lost in the middle of a call',
  PC7019: 'an MCP server was closed while it was still needed',
  PC7020: 'an MCP server does not list its tools',
  PC7021: 'a tool of an MCP server is not the one it was when it was first used',
  PC7022: 'what is remembered of the tools of an MCP server cannot be read or written',
};
