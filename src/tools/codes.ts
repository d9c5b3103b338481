/** Error codes of this folder but those of MCP; `help errors` lists them. */
export const CODES: Readonly<Record<string, string>> = {
  PC7041: 'a path leads out of the folder of the chain, or to what tools may not touch there',
  PC7042: 'a file or folder could not be read or written',
  PC7043: 'an address may not be fetched',
  PC7044: 'fetching an address failed',
  PC7045: 'an arithmetic expression is wrong or has no value',
  PC7046: 'a time or a time zone could not be understood',
  PC7047: 'the tools of a run were asked for after its end',
  PC7061: 'a rule denies the call of a tool',
  PC7062: 'the call of a tool needs the consent of a person, and there is none to ask',
  PC7063: 'a person said no to the call of a tool',
  PC7064: 'a permission rule is not well-formed',
};
