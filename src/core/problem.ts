/** A place in a file. Lines and columns count from 1, columns in UTF-16 code units; `length` is what a frame underlines (at least 1). */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
}

/** A replacement of the characters `[start, end)` (UTF-16 offsets) of the file a problem is in; `validate --fix` applies it. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One thing wrong, or doubtful, in a chain file. `code` is stable (`PC1102`); `help` says how to mend it. */
export interface Problem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly position: Position;
  /** Printed after the underline: the shortest hint, such as `did you mean "prompt"?`. */
  readonly label?: string;
  readonly help?: string;
  readonly fix?: Edit;
}
