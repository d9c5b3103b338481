import { Interrupted } from '../../core/errors.ts';
import type { Warning } from '../../core/event.ts';
import type { Renderer } from '../../terminal/renderer.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Redactor } from '../redact.ts';
import { openTelemetry } from '../telemetry/open.ts';
import { parentIn } from '../telemetry/parent.ts';
import { beginTrace } from '../telemetry/trace.ts';
import type { Execution } from './execute.ts';
import { isSilent } from './progress.ts';

export interface TracedNeeds {
  readonly renderer: Renderer;
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
  /** The trace sees an event before it does. */
  readonly renderer: Renderer;
  /** Sends what has not left yet, and tells on stderr what could not be sent. */
  close(): Promise<void>;
}

export async function openTraced(execution: Execution, needs: TracedNeeds): Promise<Traced> {
  const { call, flags, runId, traceparent: follows } = execution;
  const { signal, warnings } = needs;
  const lost: string[] = [];
  const telemetry = await openTelemetry(call, {
    refused: (message) => void warnings.push({ type: 'warning', code: 'PC2110', message }),
    lost: (sentence) => void lost.push(sentence),
  });
  if (telemetry === undefined) return { execution, renderer: needs.renderer, close: async () => undefined };

  const { name, sha256 } = execution.chain;
  const run = { runId, chain: { name, sha256 }, redact: needs.redactor.text, parent: parentIn(call.io.env), follows };
  const { renderer, end, ...rest } = beginTrace(telemetry, run, { openModel: execution.openModel, renderer: needs.renderer });
  return {
    execution: { ...execution, ...rest },
    renderer,
    async close() {
      end();
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
