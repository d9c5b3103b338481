/** Error codes of recordings, stubs and the cache, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC8201: 'a cassette that cannot be read, is damaged or is none',
  PC8202: 'a replayed run asked something that was not recorded',
  PC8203: 'a replayed run reached an answer that was never finished',
  PC8204: 'a cassette could not be written whole; an earlier one stays as it was',
  PC8205: 'answers cannot be kept in the cache',
  PC8206: 'a stub for a step that the chain does not have',
  PC8207: 'a step or a tool without a stub, or with too few answers',
  PC8208: 'a stub that no step or tool has asked for',
};
