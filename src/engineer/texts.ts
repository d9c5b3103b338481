import { hashText } from '../lib/counted-random.ts';

/** The texts of one candidate, by the component they belong to, such as `decide.prompt`. */
export type Texts = Readonly<Record<string, string>>;

/** A text of the chain that may be rewritten. */
export interface Component {
  /** `decide.prompt`, `decide.system`. */
  readonly id: string;
  readonly step: string;
  /** What the step is for and what it hands on, told to the optimiser model. */
  readonly about?: string;
  /** Lines that must stay as they are. */
  readonly keep?: readonly RegExp[];
}

/** Names a set of texts: the same texts always have the same one. */
export function fingerprint(texts: Texts): string {
  const whole = JSON.stringify(Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1)));
  return [whole, `${whole}.`].map((text) => hashText(text).toString(16).padStart(8, '0')).join('');
}
