import { LimitError } from '../../core/errors.ts';
import type { Telemetry } from '../../telemetry/start.ts';
import type { Renderer } from '../../terminal/renderer.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call } from '../command.ts';
import type { Redactor } from '../redact.ts';
import { openTelemetry } from '../telemetry/open.ts';
import { parentIn } from '../telemetry/parent.ts';
import { beginTrace } from '../telemetry/trace.ts';
import type { Execution } from './execute.ts';
import type { RunFlags } from './flags.ts';
import { isSilent } from './progress.ts';

/** The telemetry of a command that runs chains for one user: one run, the turns of a conversation, the cases of a test. */
export interface RunTelemetry {
  /** For whoever runs chains in another way; undefined where there are no traces. */
  readonly all: Telemetry | undefined;
  begin(execution: Execution, needs: TracedNeeds): Traced;
  /** Sends what has not left yet, and tells on stderr what could not be sent. */
  close(signal: AbortSignal): Promise<void>;
}

export interface TracedNeeds {
  readonly renderer: Renderer;
  readonly redactor: Redactor;
  /** The id of the conversation that the run is a turn of. */
  readonly conversation?: string;
}

/** A run with its trace, if the environment asks for one. */
export interface Traced {
  /** With models whose requests are traced, and the id of the trace for whoever goes on from this run. */
  readonly execution: Execution;
  /** The trace sees an event before it does. */
  readonly renderer: Renderer;
  /** Ends what has not come to its end. */
  end(): void;
}

/** `refused` is told a sentence when the environment asks for traces in a way that cannot be; by default stderr is. */
export async function openRunTelemetry(
  call: Call,
  flags: Pick<RunFlags, 'format'>,
  refused: (sentence: string) => void = (sentence) => void tell(call, flags, 'PC2110', sentence),
): Promise<RunTelemetry> {
  const lost: string[] = [];
  const telemetry = await openTelemetry(call, { refused, lost: (sentence) => void lost.push(sentence) });
  let endLast = (): void => undefined;

  return {
    all: telemetry,
    begin(execution, { renderer, redactor, conversation }) {
      if (telemetry === undefined) return { execution, renderer, end: endLast };
      const { runId, chain, openModel, traceparent: follows } = execution;
      const about = { runId, chain: { name: chain.name, sha256: chain.sha256 }, redact: redactor.text, conversation };
      const run = { ...about, parent: parentIn(call.io.env), follows };
      const { end, renderer: reading, ...rest } = beginTrace(telemetry, run, { openModel, renderer });
      endLast = end;
      return { execution: { ...execution, ...rest }, renderer: reading, end };
    },
    async close(signal) {
      if (telemetry === undefined) return;
      endLast();
      const isHurried = signal.aborted && !(signal.reason instanceof LimitError);
      await telemetry.close(isHurried ? AFTER_SIGNAL_MS : FLUSH_MS, signal);
      for (const sentence of lost) await tell(call, flags, 'PC6201', sentence);
    },
  };
}

async function tell(call: Call, flags: Pick<RunFlags, 'format'>, code: string, sentence: string): Promise<void> {
  if (isSilent(call, flags) || call.globals.quiet) return;
  await call.err.write(`${call.paint.yellow(`warning[${code}]`)}: ${sanitize(sentence)}\n`);
}

/** The longest a command waits for its traces to leave, once it is over. */
const FLUSH_MS = 2000;
/** The process has to be gone within a second, and the run may have taken most of it. */
const AFTER_SIGNAL_MS = 150;
