import { holdEvents } from './held-events.ts';
import { isLast, type Renderer } from './renderer.ts';

/** Progress that leaves the terminal to a person who is asked something. */
export interface Pausing extends Renderer {
  /** From now on what happens is kept; the first event after the function it returns was called tells it first. */
  pause(): () => void;
}

/** `makeRoom` is called before a question: what is on the screen may be in the middle of a line. */
export function whileAsked(inner: Renderer, makeRoom: () => void): Pausing {
  const held = holdEvents();
  let questions = 0;
  return {
    pause() {
      questions += 1;
      makeRoom();
      let isOver = false;
      return () => {
        if (!isOver) questions -= 1;
        isOver = true;
      };
    },
    async write(event) {
      for (const each of held.told(event)) held.hold(each);
      if (questions > 0 && !isLast(event)) return;
      for (const next of held.take()) await inner.write(next);
    },
    end: inner.end,
  };
}
