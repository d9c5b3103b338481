import type { ModelEvent } from '../core/model.ts';

/** Collects the events of one chunk of the network, joining neighbouring deltas, so that a chunk costs one event and not one per token. */
export interface Batch {
  text(text: string): void;
  reasoning(text: string): void;
  add(event: ModelEvent): void;
  /** What was collected since the last call. */
  take(): readonly ModelEvent[];
  /** Some text or tool call was ever added. */
  readonly begun: boolean;
}

export function createBatch(): Batch {
  let events: ModelEvent[] = [];
  let kind: 'text-delta' | 'reasoning-delta' | undefined;
  let pending = '';
  let begun = false;

  function delta(type: 'text-delta' | 'reasoning-delta', text: string): void {
    if (text === '') return;
    if (kind !== type) flush();
    kind = type;
    pending += text;
  }

  function flush(): void {
    if (kind !== undefined) events.push({ type: kind, text: pending });
    kind = undefined;
    pending = '';
  }

  return {
    text(text) {
      begun ||= text !== '';
      delta('text-delta', text);
    },
    reasoning: (text) => delta('reasoning-delta', text),
    add(event) {
      begun ||= event.type === 'tool-call';
      flush();
      events.push(event);
    },
    take() {
      flush();
      const taken = events;
      events = [];
      return taken;
    },
    get begun() {
      return begun;
    },
  };
}
