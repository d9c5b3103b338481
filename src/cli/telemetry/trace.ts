import type { OpenModel } from '../../core/model.ts';
import type { Telemetry, TracedRun } from '../../telemetry/start.ts';
import type { Renderer } from '../../terminal/renderer.ts';

/** What a trace has to stand before, to see a run. */
export interface TraceableRun {
  readonly openModel: OpenModel;
  readonly renderer: Renderer;
}

export interface BegunTrace extends TraceableRun {
  /** Kept for whoever goes on from this run. */
  readonly traceparent?: string;
  /** Ends what has not come to its end. */
  end(): void;
}

/** Begins the trace of a run; without telemetry, everything stays as it is. */
export function beginTrace(telemetry: Telemetry | undefined, run: TracedRun, { openModel, renderer }: TraceableRun): BegunTrace {
  if (telemetry === undefined) return { openModel, renderer, end: () => undefined };
  const trace = telemetry.run(run);
  return {
    traceparent: trace.traceparent,
    openModel: trace.openModel(openModel),
    renderer: {
      write(event) {
        trace.read(event);
        return renderer.write(event);
      },
      end: () => renderer.end(),
    },
    end: trace.end,
  };
}
