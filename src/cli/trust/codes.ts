/** Error codes of trust, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC7071: 'a chain that runs commands, functions or servers is not trusted yet, and nobody can be asked',
  PC7072: 'someone was asked whether to trust a chain, and did not say yes',
  PC7073: 'what is trusted cannot be read or kept',
  PC7074: 'a server is needed, and --no-mcp is given',
  PC7075: 'what a chain runs has changed since a server or a chat began with it',
};
