import type { ModelEvent } from '../../core/model.ts';
import type { Redactor } from '../redact.ts';

/** The events of an answer without secrets. A text that holds one is kept in one piece: a secret may be split across pieces. */
export function maskedEvents(events: readonly ModelEvent[], redactor: Redactor): readonly ModelEvent[] {
  return whole(whole(events, 'text-delta', redactor), 'reasoning-delta', redactor).map((event) => redactor.value(event));
}

function whole(events: readonly ModelEvent[], type: 'text-delta' | 'reasoning-delta', redactor: Redactor): readonly ModelEvent[] {
  const text = events.map((event) => (event.type === type ? event.text : '')).join('');
  const masked = redactor.text(text);
  if (masked === text) return events;
  const first = events.findIndex((event) => event.type === type);
  return events.flatMap((event, index) => (event.type !== type ? [event] : index === first ? [{ type, text: masked }] : []));
}
