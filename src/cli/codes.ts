/** Error codes of the command line and the process, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC0001: 'something failed in a way promptchain does not know: a bug',
  PC0002: 'the run was stopped by a signal, or the reader of stdout went away',
  PC0004: 'stdout could not be written: a full disk or an I/O error',
  PC1901: 'a configuration file cannot be read',
  PC1902: 'a configuration file is not YAML, or not a map of settings',
  PC1903: 'a configuration file has a setting that does not exist',
  PC1904: 'a setting has a value it does not take',
  PC1905: 'the configuration of a project sets what only its user may set',
  PC2001: 'options that do not fit together, or a value that an option does not take',
  PC2002: 'no such command',
  PC2003: 'an unknown option, a missing or an extra argument',
  PC2101: 'the env file cannot be read',
  PC2102: 'a file that was to be written exists already, or cannot be written',
  PC2103: 'no such help topic, technique, strategy or prompt file',
  PC2104: 'a chain file could not be mended in place',
  PC2009: 'the working folder is gone or cannot be entered',
};
