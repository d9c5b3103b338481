/** Error codes of the command line and the process, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC0001: 'something failed in a way promptchain does not know: a bug',
  PC0002: 'the run was stopped by a signal, or the reader of stdout went away',
  PC0003: 'stdout could not be written: a full disk or an I/O error',
  PC2001: 'options that do not fit together, or a value that an option does not take',
  PC2002: 'no such command',
  PC2003: 'an unknown option, a missing or an extra argument',
  PC2009: 'the working folder is gone or cannot be entered',
};
