/** What each error code of optimisations means, for `help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC8601: 'the record of an optimisation does not fit what it is to be continued with',
};
