import { type DeltaEvent, type Event, isDelta } from '../core/event.ts';
import { holdEvents } from './held-events.ts';
import { isLast, type Renderer } from './renderer.ts';
import { endsText } from './text-events.ts';

/**
 * Steps that run together speak one at a time: while the text of one is on the screen, what the others do waits until that text
 * ends. Then the next one that has something to say goes on from where it was, in the order in which things happened.
 */
export function oneAtATime(inner: Renderer, { showReasoning }: { readonly showReasoning: boolean }): Renderer {
  let speaker: string | undefined;
  const held = holdEvents();

  return {
    async write(event) {
      if (isLast(event)) return end(event);
      for (const each of held.told(event)) await writeOne(each);
    },
    end: inner.end,
  };

  async function writeOne(event: Event): Promise<void> {
    if (!mayPass(event)) {
      held.hold(event);
      return;
    }
    await pass(event);
    if (speaker === undefined) await release();
  }

  function mayPass(event: Event): boolean {
    return speaker === undefined || stepOf(event) === speaker;
  }

  async function pass(event: Event): Promise<void> {
    if (isText(event, showReasoning)) speaker = event.step;
    // What follows begins on a line of its own: a step that waits for its next attempt does not keep the others waiting.
    else if (endsText(event) && event.step === speaker) speaker = undefined;
    await inner.write(event);
  }

  /** From the beginning again whenever a text has ended, so that no step overtakes itself. */
  async function release(): Promise<void> {
    let moved = true;
    while (speaker === undefined && moved) {
      moved = false;
      let ended = false;
      for (const event of held.take()) {
        if (ended || !mayPass(event)) {
          held.hold(event);
          continue;
        }
        moved = true;
        const spoke = speaker !== undefined;
        await pass(event);
        ended = spoke && speaker === undefined;
      }
    }
  }

  async function end(last: Event): Promise<void> {
    for (const event of held.take()) await inner.write(event);
    await inner.write(last);
  }
}

function isText(event: Event, showReasoning: boolean): event is DeltaEvent {
  return isDelta(event) && event.text !== '' && (event.type !== 'step.reasoning_delta' || showReasoning);
}

function stepOf(event: Event): string | undefined {
  return 'step' in event ? event.step : undefined;
}
