import { type DeltaEvent, type Event, isDelta } from '../../core/event.ts';

/**
 * What a run has said and no journal has: the text of the steps that go on, and what models thought. Who follows the run may
 * come at any time.
 */
export interface TextSoFar {
  /** Every event of the run, in order. */
  take(event: Event): void;
  /** The deltas from `seq` on, each text's in order. */
  from(seq: number): readonly DeltaEvent[];
}

export function createTextSoFar(): TextSoFar {
  const texts = new Map<string, Text>();
  let thought = 0;
  const drop = (isMeant: (last: DeltaEvent) => boolean): void => {
    for (const [key, { last }] of texts) if (isMeant(last)) texts.delete(key);
  };
  return {
    take(event) {
      switch (event.type) {
        case 'step.reasoning_delta':
          thought += event.text.length;
          if (thought <= MOST_THOUGHT) return add(texts, event);
          thought = 0;
          return drop(({ type }) => type === 'step.reasoning_delta');
        case 'step.delta':
        case 'turn.delta':
          return add(texts, event);
        case 'step.started':
        case 'step.retrying':
        case 'step.completed':
        case 'step.failed':
          return drop(({ type, step }) => step === event.step && type !== 'step.reasoning_delta');
        case 'turn.completed':
          return drop((last) => last.type === 'turn.delta' && last.turn === event.turn);
      }
    },
    from: (seq) => [...texts.values()].flatMap((text) => deltasFrom(text, seq)),
  };
}

/** Characters of what models thought that are kept of a run; it is let go and begun anew when there is more. */
const MOST_THOUGHT = 256 * 1024;

/** One text, and which of its pieces came when: two numbers for each piece are less than its event. */
interface Text {
  last: DeltaEvent;
  whole: string;
  readonly seqs: number[];
  readonly ends: number[];
}

function add(texts: Map<string, Text>, event: DeltaEvent): void {
  const key = keyOf(event);
  const text = texts.get(key) ?? { last: event, whole: '', seqs: [], ends: [] };
  texts.set(key, text);
  text.last = event;
  text.whole += event.text;
  text.seqs.push(event.seq);
  text.ends.push(text.whole.length);
}

function deltasFrom({ last, whole, seqs, ends }: Text, from: number): readonly DeltaEvent[] {
  return seqs.flatMap((seq, index) =>
    seq < from ? [] : [{ ...last, seq, text: whole.slice(ends[index - 1] ?? 0, ends[index]) }],
  );
}

/** Neighbours of the same text as one event, with the last one's `seq`: whoever has it has all that came up to it. */
export function* joined(events: readonly Event[]): Generator<Event> {
  let open: DeltaEvent | undefined;
  for (const event of events) {
    if (open !== undefined && isDelta(event) && keyOf(event) === keyOf(open)) {
      open = { ...event, text: open.text + event.text };
      continue;
    }
    if (open !== undefined) yield open;
    open = undefined;
    if (isDelta(event)) open = event;
    else yield event;
  }
  if (open !== undefined) yield open;
}

function keyOf(event: DeltaEvent): string {
  return `${event.type} ${event.type === 'turn.delta' ? event.turn : event.step}`;
}
