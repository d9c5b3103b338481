import type { StepResult } from '../core/run.ts';
import type { Output } from './output.ts';
import { isLast, type Renderer } from './renderer.ts';
import { sanitize } from './sanitize.ts';

export interface StepsOptions {
  readonly out: Output;
  readonly raw: boolean;
}

/** `--output-step`: what one step gave instead of the result, when the run is over. */
export function oneStepRenderer({ out, raw }: StepsOptions, matches: (step: StepResult) => boolean): Renderer {
  return {
    write(event) {
      const step = isLast(event) ? event.result.steps.find((step) => matches(step) && step.status === 'completed') : undefined;
      return step === undefined ? undefined : out.write(ended(shown(step.output, out, raw)));
    },
    end: () => out.flush(),
  };
}

/** `--all-steps`: every step's output under a line with its path, as `tail` shows several files. */
export function allStepsRenderer({ out, raw }: StepsOptions): Renderer {
  return {
    write(event) {
      if (!isLast(event)) return undefined;
      const done = event.result.steps.filter(({ status }) => status === 'completed');
      return out.write(done.map(({ path, output }) => `==> ${path} <==\n${ended(shown(output, out, raw))}`).join('\n'));
    },
    end: () => out.flush(),
  };
}

function shown(text: string, out: Output, raw: boolean): string {
  return out.isTTY && !raw ? sanitize(text) : text;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
