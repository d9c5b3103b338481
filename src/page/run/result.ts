import type { Event as RunEvent } from '../../core/event.ts';
import type { RunResult } from '../../core/run.ts';
import { announce } from '../announce.ts';
import { copyButton } from '../copy.ts';
import { el, fill } from '../element.ts';
import { pretty } from '../format.ts';
import { problemBox } from '../problem.ts';
import type { Problem } from '../request.ts';

/** What came of a run. */
export interface Result {
  readonly element: HTMLElement;
  take(event: RunEvent): void;
  /** The events ended without saying what came of it. */
  broke(problem: Problem): void;
}

export function createResult(): Result {
  const content = el('div', {}, el('p', { class: 'note' }, 'Not there yet.'));
  const warnings = el('div', {});
  const element = el('section', { class: 'result' }, el('h2', {}, 'Result'), content, warnings);

  return {
    element,
    broke: (problem) => fill(content, problemBox(problem)),
    take(event) {
      if (event.type === 'warning' && event.step === undefined) {
        warnings.append(el('p', { class: 'warning' }, el('code', {}, event.code), ' ', event.message));
      } else if (event.type === 'mcp.failed') {
        warnings.append(el('p', { class: 'warning' }, `Server ${event.server}: ${event.error.message}`));
      } else if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.interrupted') {
        show(event.result);
      }
    },
  };

  function show({ output, error, status, stopped, resume }: RunResult): void {
    const text = output === null ? '' : pretty(output);
    fill(
      content,
      error !== null && problemBox(error, error.step),
      stopped !== undefined && el('p', { class: 'note' }, `The chain stopped early: ${stopped}`),
      text !== '' && el('div', { class: typeof output === 'string' ? 'text answer' : 'text answer code', dir: 'auto' }, text),
      text === '' && error === null && el('p', { class: 'note' }, 'No output.'),
      text !== '' &&
        el(
          'div',
          { class: 'actions' },
          copyButton('Copy result', () => text),
        ),
      resume !== null && el('p', { class: 'note' }, 'It can be continued: ', el('code', {}, resume)),
    );
    announce(status === 'success' ? 'The run is done.' : `The run ended: ${error?.message ?? status}`);
  }
}
