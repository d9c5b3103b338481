import type { Event } from '../core/event.ts';
import { isLast, type Renderer } from './renderer.ts';

/**
 * Steps that run together speak one at a time: while the text of one is on the screen, what the others do waits until that text
 * ends. Then the next one that has something to say goes on from where it was, in the order in which things happened.
 */
export function oneAtATime(inner: Renderer, { showReasoning }: { readonly showReasoning: boolean }): Renderer {
  let speaker: string | undefined;
  let held: Event[] = [];

  return {
    async write(event) {
      if (isLast(event)) return end(event);
      if (!mayPass(event)) {
        held.push(event);
        return;
      }
      await pass(event);
      if (speaker === undefined) await release();
    },
    end: inner.end,
  };

  function mayPass(event: Event): boolean {
    return speaker === undefined || stepOf(event) === speaker;
  }

  async function pass(event: Event): Promise<void> {
    if (isText(event, showReasoning)) speaker = event.step;
    else if (endsText(event) && event.step === speaker) speaker = undefined;
    await inner.write(event);
  }

  /** From the beginning again whenever a text has ended, so that no step overtakes itself. */
  async function release(): Promise<void> {
    while (speaker === undefined && held.length > 0) {
      const waiting = held;
      held = [];
      let ended = false;
      for (const event of waiting) {
        if (ended || !mayPass(event)) {
          held.push(event);
          continue;
        }
        const spoke = speaker !== undefined;
        await pass(event);
        ended = spoke && speaker === undefined;
      }
    }
  }

  async function end(last: Event): Promise<void> {
    for (const event of held) await inner.write(event);
    await inner.write(last);
  }
}

type TextEvent = Extract<Event, { type: 'step.delta' | 'turn.delta' | 'step.reasoning_delta' }>;

function isText(event: Event, showReasoning: boolean): event is TextEvent {
  if (event.type === 'step.reasoning_delta') return showReasoning && event.text !== '';
  return (event.type === 'step.delta' || event.type === 'turn.delta') && event.text !== '';
}

const ENDS = ['step.completed', 'step.failed', 'step.retrying', 'turn.completed'] as const;

/** What follows begins on a line of its own: a step that waits for its next attempt does not keep the others waiting. */
function endsText(event: Event): event is Extract<Event, { type: (typeof ENDS)[number] }> {
  return (ENDS as readonly string[]).includes(event.type);
}

function stepOf(event: Event): string | undefined {
  return 'step' in event ? event.step : undefined;
}
