import { jsonlRenderer, jsonRenderer } from '../../terminal/json.ts';
import type { Output } from '../../terminal/output.ts';
import type { Renderer } from '../../terminal/renderer.ts';
import { allStepsRenderer, oneStepRenderer } from '../../terminal/steps.ts';
import { textRenderer } from '../../terminal/text.ts';
import { isNamed } from './check.ts';
import type { RunFlags } from './flags.ts';

export interface ResultOptions {
  /** Stdout, or the file of `--output`. */
  readonly out: Output;
  readonly flags: RunFlags;
  /** The final step's text goes out as it comes. */
  readonly live: boolean;
}

/** The form the result takes: which one is decided here, once. */
export function resultRenderer({ out, flags, live }: ResultOptions): Renderer {
  const { format, outputStep, allSteps, rawOutput: raw } = flags;
  if (format === 'json') return jsonRenderer(out);
  if (format === 'stream-json') return jsonlRenderer(out);
  if (allSteps) return allStepsRenderer({ out, raw });
  return outputStep === undefined ? textRenderer({ out, raw, stream: live }) : oneStepRenderer({ out, raw }, isNamed(outputStep));
}
