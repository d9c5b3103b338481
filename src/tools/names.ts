/** The names of the built-in tools, for those who need no more of them: loading a chain does not load what the tools need. */
export const BUILT_IN_NAMES: readonly string[] = [
  'calculator',
  'files.list',
  'files.read',
  'files.search',
  'files.write',
  'http.fetch',
  'memory.get',
  'memory.list',
  'memory.set',
  'time',
];
