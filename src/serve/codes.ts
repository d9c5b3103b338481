/** Error codes of the server, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC2060: 'a request is addressed to a host that the server does not answer for',
  PC2061: 'a request comes from a page of another origin',
  PC2062: 'a request has no token, or a wrong one',
  PC2063: 'a request whose body is not JSON, by its type, its encoding or its form',
  PC2064: 'a request whose body is too large or nested too deeply',
  PC2065: 'a client asks more often than the server allows',
  PC2066: 'more runs at once than the server allows',
  PC2067: 'nothing answers to this address, or not to this method',
  PC2068: 'a request that did not arrive in time',
  PC2069: 'the server is stopping',
  PC2070: 'the server cannot listen at the address',
  PC2071: 'the server needs a token, or was given one that is too weak',
  PC2072: 'a value that the server lets no client override',
  PC2073: 'a run that has ended cannot be cancelled, or was not made here',
};
