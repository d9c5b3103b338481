import type { Conversation } from '../../conversation/conversation.ts';
import type { Chain } from '../../core/chain.ts';
import type { Json } from '../../core/json.ts';
import type { Memory } from '../../core/memory.ts';
import type { Meter } from '../../core/meter.ts';
import type { OpenModel } from '../../core/model.ts';
import type { Toolbox } from '../../core/tool.ts';
import type { Call } from '../command.ts';
import type { Redactor } from '../redact.ts';
import type { AskInTurn } from '../run/ask-in-turn.ts';
import type { RunFlags } from '../run/flags.ts';
import type { RunTelemetry } from '../run/traced.ts';

/** A chat under way: what its turns share. */
export interface Chat {
  readonly call: Call;
  readonly conversation: Conversation;
  /** Which chain answers, with which models: `/model` puts another one in its place. */
  answering: Answering;
  readonly inputs: { readonly [name: string]: Json };
  readonly user: string | undefined;
  /** Given on the command line. */
  readonly historyTokens: number | undefined;
  /** In place of the store that a run would choose: that of `--no-memory`. */
  readonly ownMemory: Memory | undefined;
  /** To look at what the chain remembers. */
  readonly memory: Memory;
  /** Namespaces that the turns so far have read or written. */
  readonly namespaces: Set<string>;
  readonly redactor: Redactor;
  /** One for the whole chat: a server that is up stays up. */
  readonly toolbox: Toolbox | undefined;
  /** What all turns together may use. */
  readonly meter: Meter;
  readonly askInTurn: AskInTurn;
  readonly telemetry: RunTelemetry;
  /** Makes room for a question in what the turn under way shows. */
  pause: () => () => void;
  /** Warnings that were told, and need not be told at every turn. */
  readonly told: Set<string>;
}

export interface Answering {
  /** With the model that was chosen last. */
  readonly flags: RunFlags;
  readonly chain: Chain;
  readonly openModel: OpenModel;
  /** Of what was said before. */
  readonly historyTokens: number;
}
