import type { Warning } from '../../core/event.ts';
import type { Io } from '../../core/io.ts';
import type { OpenModel } from '../../core/model.ts';
import type { Toolbox } from '../../core/tool.ts';

/** What stands between a run and its models and tools: it keeps what passes, or answers in their place. */
export interface Traffic {
  openModel(live: OpenModel): OpenModel;
  toolbox(live: Toolbox): Toolbox;
  io(live: Io): Io;
  /** What there is to say once the run has succeeded. */
  warnings?(): readonly Warning[];
  /** The run has ended, well or not. */
  finish(): void;
  /** Frees what it holds; what was not finished is dropped. */
  discard(): void;
}
