import { type DeltaEvent, type Event, isDelta, journalEvent } from '../core/event.ts';
import { isSecretName } from '../lib/secret-name.ts';
import { headerSecrets } from './header-secrets.ts';

/** Replaces secret values wherever they turn up. */
export interface Redactor {
  text(text: string): string;
  /** Every string inside a JSON value; the value itself when it holds no secret. */
  value<T>(value: T): T;
  /**
   * How many characters at the end of `text` may be the beginning of a secret. What is before them can be shown; they must
   * wait for what comes next.
   */
  pending(text: string): number;
}

/** Values of variables that hold keys by their name, of headers with keys, and of those the chain declares as `secrets`. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>, declared: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || PLACEHOLDERS.has(value)) continue;
    const shortest = declared.includes(name) ? SHORTEST_DECLARED : SHORTEST_KEY;
    if (value.length >= shortest && (declared.includes(name) || isSecretName(name))) found.add(value);
  }
  for (const value of headerSecrets(env)) if (value.length >= SHORTEST_KEY) found.add(value);
  return [...found];
}

export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = [
    ...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])),
  ].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return { text: (text) => text, value: (value) => value, pending: () => 0 };
  const pattern = new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  const text = (text: string): string => text.replace(pattern, MASK);
  return { text, value: (value) => redacted(value, text), pending: (text) => pendingLength(text, forms, pattern) };
}

/**
 * The events as anyone outside the process may see them: without secrets and without the values of memory. A delta may come
 * out later or in other pieces, because a secret can be split across deltas; `seq` is counted anew.
 */
export function createEventFilter(redactor: Redactor): (event: Event) => readonly Event[] {
  const waiting = new Map<string, DeltaEvent>();
  let seq = 0;

  const numbered = (event: Event): Event => {
    const own = seq;
    seq += 1;
    return event.seq === own ? event : { ...event, seq: own };
  };

  const released = (event: Event, step: string): readonly Event[] => {
    const own = [...waiting].filter(([, delta]) => delta.step === step);
    return own.map(([key, delta]) => {
      waiting.delete(key);
      return { ...delta, ...envelope(event), text: redactor.text(delta.text) };
    });
  };

  const delta = (event: DeltaEvent): readonly Event[] => {
    const key = JSON.stringify([event.type, event.step, event.type === 'turn.delta' ? event.turn : '']);
    const text = (waiting.get(key)?.text ?? '') + event.text;
    const keep = redactor.pending(text);
    if (keep === 0) waiting.delete(key);
    else waiting.set(key, { ...event, text: text.slice(text.length - keep) });
    const shown = redactor.text(text.slice(0, text.length - keep));
    return shown === '' ? [] : [{ ...event, text: shown }];
  };

  return (event) => {
    const out = isDelta(event)
      ? delta(event)
      : [
          ...('step' in event && event.step !== undefined ? released(event, event.step) : []),
          marked(journalEvent(event), redactor),
        ];
    return out.map(numbered);
  };
}

/** A record that is not what the step said is told apart, so that no resumed run works with a masked text. */
function marked(event: Event, redactor: Redactor): Event {
  const shown = redactor.value(event);
  return shown === event || !RECORDS.has(event.type) ? shown : ({ ...shown, masked: true } as Event);
}

const RECORDS: ReadonlySet<Event['type']> = new Set<Event['type']>(['step.completed', 'turn.completed', 'tool.completed']);

const MASK = '***';

/** Shorter values would also be found in innocent text. */
const SHORTEST_KEY = 8;
const SHORTEST_DECLARED = 4;

/** What people give to local servers that want some key. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(['lm-studio', 'llama.cpp', 'not-needed', 'no-key-needed', 'no-key-required']);

function envelope({ v, seq, ts, run_id }: Event) {
  return { v, seq, ts, run_id };
}

function redacted<T>(value: T, text: (text: string) => string): T {
  if (typeof value === 'string') return text(value) as T;
  if (Array.isArray(value)) {
    const mapped = value.map((item) => redacted(item, text));
    return mapped.some((item, index) => item !== value[index]) ? (mapped as T) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [text(key), redacted(item, text)] as const);
  const same = entries.every(([key, item]) => Object.hasOwn(value, key) && (value as Record<string, unknown>)[key] === item);
  return same ? value : (Object.fromEntries(entries) as T);
}

function pendingLength(text: string, forms: readonly string[], pattern: RegExp): number {
  const longest = forms[0]?.length ?? 0;
  let start = text.length;
  for (let index = Math.max(0, text.length - longest + 1); index < start; index += 1) {
    if (!forms.some((form) => form.charCodeAt(0) === text.charCodeAt(index))) continue;
    const tail = text.slice(index);
    if (forms.some((form) => form.length > tail.length && form.startsWith(tail))) start = index;
  }
  if (start === text.length) return 0;
  // A whole secret may end in what looks like the beginning of one: that end belongs to it.
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    if (match.index < start && end > start) return text.length - end;
  }
  return text.length - start;
}
