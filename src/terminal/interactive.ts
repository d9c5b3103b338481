import type { Event } from '../core/event.ts';
import { type ProgressOptions, plainLine } from './plain.ts';
import { isLast, type Renderer } from './renderer.ts';
import { createSanitizer } from './sanitize.ts';
import type { Spinner } from './spinner.ts';
import { about, completed, oneLine, summary } from './words.ts';

export interface InteractiveOptions extends ProgressOptions {
  readonly spinner: Spinner;
  readonly showReasoning: boolean;
  /** The final step's text is written to this terminal too, by the renderer of the result. */
  readonly resultStreams: boolean;
  /** Keep control sequences in what models say. */
  readonly raw: boolean;
}

/** Stderr on a terminal: a header for every step, intermediate text as it comes (dim), a spinner while nothing does, a summary. */
export function interactiveRenderer(options: InteractiveOptions): Renderer & { makeRoom(): void } {
  const { err, paint, explain, spinner, showReasoning, resultStreams, raw } = options;
  const final = new Set<string>();
  const cleaners = new Map<string, (text: string) => string>();
  /** The headers of the steps that run, and the one that what comes next stands under. */
  const headers = new Map<string, string>();
  let under: string | undefined;
  let atLineStart = true;

  return {
    async write(event) {
      if (event.type === 'step.completed' || event.type === 'step.failed') forget(event.step);
      if (event.type === 'step.delta' && final.has(event.step)) {
        if (resultStreams) spinner.hide();
        return;
      }
      if (event.type === 'step.delta') return stream(event.step, event.text);
      if (event.type === 'step.reasoning_delta') return showReasoning ? stream(event.step, event.text) : undefined;
      // Of the last step the turn without tool calls is the result, which has its own place.
      if (event.type === 'turn.delta') return final.has(event.step) ? undefined : stream(event.step, event.text);
      spinner.hide();
      if (event.type === 'step.started') return started(event);
      if (event.type === 'step.completed' && under === event.step) return line(paint.dim(`  ${completed(event)}`));
      if (isLast(event)) return last(event);
      if (event.type === 'turn.completed' && final.has(event.step) && event.tool_calls.length > 0) {
        await stream(event.step, event.text);
      }
      const text = plainLine(event, paint);
      if (text !== undefined) {
        if (!('step' in event) || event.step !== under) under = undefined;
        await line(text);
      }
      if (event.type === 'tool.started') spinner.show(`${oneLine(event.step)}: ${oneLine(event.tool)}`);
      if (event.type === 'turn.started') spinner.show(oneLine(event.step));
      if (event.type === 'step.retrying') spinner.show(`${oneLine(event.step)}: waiting`);
    },
    /** Somebody else writes to the terminal: what comes next gets a header of its own. */
    makeRoom() {
      spinner.hide();
      under = undefined;
    },
    async end() {
      spinner.close();
      await err.flush();
    },
  };

  function forget(step: string): void {
    headers.delete(step);
    cleaners.delete(step);
  }

  async function started(event: Extract<Event, { type: 'step.started' }>): Promise<void> {
    if (event.final) final.add(event.step);
    const isBeside = [...headers.keys()].some((step) => !isInside(event.step, step));
    headers.set(event.step, `${paint.bold(oneLine(event.step))} ${paint.dim(`(${about(event)})`)}`);
    // A step that runs beside others gets its header when it has something to say.
    if (!isBeside) await header(event.step);
    spinner.show(oneLine(event.step));
  }

  async function header(step: string): Promise<void> {
    if (under === step) return;
    under = step;
    await line(headers.get(step) ?? '');
  }

  async function last(event: Extract<Event, { result: unknown }>): Promise<void> {
    if (event.type === 'run.completed') return line(summary(event.result));
    await line('');
    await err.write(explain(event.result));
  }

  async function stream(step: string, text: string): Promise<void> {
    let clean = cleaners.get(step);
    if (clean === undefined) {
      clean = raw ? (text) => text : createSanitizer();
      cleaners.set(step, clean);
    }
    const shown = clean(text);
    if (shown === '') return;
    spinner.hide();
    await header(step);
    atLineStart = shown.endsWith('\n');
    await err.write(paint.dim(shown));
  }

  async function line(text: string): Promise<void> {
    if (!atLineStart) await err.write('\n');
    atLineStart = true;
    if (text !== '') await err.write(`${text}\n`);
  }
}

/** Of journal paths: `p/a`, `p[0]` and `p[0]/a` are inside `p`. */
function isInside(step: string, group: string): boolean {
  return step.startsWith(group) && (step[group.length] === '/' || step[group.length] === '[');
}
