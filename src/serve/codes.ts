/** Error codes of the server, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC2260: 'a request is addressed to a host that the server does not answer for',
  PC2261: 'a request comes from a page of another origin',
  PC2262: 'a request has no token, or a wrong one',
  PC2263: 'a request whose body is not JSON, by its type, its encoding or its form',
  PC2264: 'a request whose body is too large or nested too deeply',
  PC2265: 'a client asks more often than the server allows',
  PC2266: 'more runs at once than the server allows',
  PC2267: 'nothing answers to this address, or not to this method',
  PC2268: 'a request that did not arrive in time',
  PC2269: 'the server is stopping',
  PC2270: 'the server cannot listen at the address',
  PC2271: 'the server needs a token, or was given one that is too weak',
  PC2272: 'a value that the server lets no client override',
  PC2273: 'a run that has ended cannot be cancelled, or was not made here',
  PC2279: 'a request outside of an MCP session, or of one that has ended',
};
