/** What can go wrong with memory and runs, for `help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC8001: 'the memory store is damaged; nothing was changed, `promptchain memory repair` keeps what is intact',
  PC8002: 'the memory store was written by a newer promptchain',
  PC8003: 'the memory store cannot be read',
  PC8004: 'the memory store cannot be written: disk full, no permission, read-only, an I/O error',
  PC8005: 'the memory store is locked by another process',
  PC8006: 'a change does not fit the stored value, such as appending to a text',
  PC8007: 'the memory store would grow over its limit',
  PC8008: 'a file given to `memory import` is not a memory export',
  PC8009: 'there is no such key or namespace in memory',
  PC8010: 'the end of the memory store is cut off; the unfinished write is ignored',
  PC8101: 'there is no such run',
  PC8102: 'the beginning of a run id fits more than one run',
  PC8103: 'a run journal cannot be read or removed',
  PC8104: 'a run journal could not be written; the run went on without it',
  PC8105: 'the run is still going',
  PC8106: 'the run ended without a last word: its process was killed or the machine stopped',
};
