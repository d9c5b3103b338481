import { Interrupted } from '../../core/errors.ts';
import type { Warning } from '../../core/event.ts';
import type { Renderer } from '../../terminal/renderer.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Redactor } from '../redact.ts';
import { openTelemetry } from '../telemetry/open.ts';
import { parentIn } from '../telemetry/parent.ts';
import type { Execution } from './execute.ts';
import { isSilent } from './progress.ts';

export interface TracedNeeds {
  readonly redactor: Redactor;
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal;
  /** Told at the beginning of the run. */
  readonly warnings: Warning[];
}

/** One run of the command line with its trace, if the environment asks for one. */
export interface Traced {
  /** With models whose requests are traced, and the id of the trace for whoever goes on from this run. */
  readonly execution: Execution;
  /** The same renderer, after the trace has seen the event. */
  reading(renderer: Renderer): Renderer;
  /** Sends what has not left yet, and tells on stderr what could not be sent. */
  close(): Promise<void>;
}

export async function openTraced(execution: Execution, { redactor, signal, warnings }: TracedNeeds): Promise<Traced> {
  const { call, flags, runId, chain, traceparent: follows, ...rest } = execution;
  const lost: string[] = [];
  const telemetry = await openTelemetry(call, {
    refused: (message) => void warnings.push({ type: 'warning', code: 'PC2110', message }),
    lost: (sentence) => void lost.push(sentence),
  });
  if (telemetry === undefined) return { execution, reading: (renderer) => renderer, close: async () => undefined };

  const { name, sha256 } = chain;
  const about = { runId, chain: { name, sha256 }, redact: redactor.text, follows };
  const trace = telemetry.run({ ...about, parent: parentIn(call.io.env) });
  return {
    execution: { ...execution, traceparent: trace.traceparent, openModel: trace.openModel(rest.openModel) },
    reading: (renderer) => ({
      write(event) {
        trace.read(event);
        return renderer.write(event);
      },
      end: () => renderer.end(),
    }),
    async close() {
      trace.end();
      await telemetry.close(signal.reason instanceof Interrupted ? AFTER_SIGNAL_MS : FLUSH_MS, signal);
      if (isSilent(call, flags) || call.globals.quiet) return;
      for (const sentence of lost) await call.err.write(`${call.paint.yellow('warning[PC6201]')}: ${sanitize(sentence)}\n`);
    },
  };
}

/** The longest a run waits for its traces to leave, once it is over. */
const FLUSH_MS = 2000;
/** The process has to be gone within a second, and the run may have taken most of it. */
const AFTER_SIGNAL_MS = 150;
