import { setImmediate } from 'node:timers/promises';
import { ModelError } from '../../src/core/errors.ts';
import type { Ports, Question, RolloutRequest } from '../../src/engineer/ports.ts';
import { fingerprint } from '../../src/engineer/texts.ts';
import { hashText, uniform } from '../../src/lib/counted-random.ts';

/** Things that stand between an optimiser and its world. */

/** Answers come in an order that has nothing to do with the order of the questions. */
export function outOfOrder(ports: Ports): Ports {
  const linger = async (key: string) => {
    for (let turns = hashText(key) % 5; turns > 0; turns -= 1) await setImmediate();
  };
  return {
    async rollout(request, signal) {
      await linger(keyOf(request));
      return ports.rollout(request, signal);
    },
    async ask(question, signal) {
      await linger(question.prompt);
      return ports.ask(question, signal);
    },
  };
}

/** Fails as often as `share` says, the first time something is asked for. */
export function unreliable(share: number): (ports: Ports) => Ports {
  const asked = new Set<string>();
  const fail = (key: string) => {
    if (asked.has(key)) return;
    asked.add(key);
    if (uniform(hashText(key), 17) >= share) return;
    throw new ModelError('the provider is overloaded', { code: 'PC5001', reason: 'overloaded', provider: 'world' });
  };
  return (ports) => ({
    async rollout(request, signal) {
      fail(keyOf(request));
      return ports.rollout(request, signal);
    },
    async ask(question, signal) {
      fail(questionKey(question));
      return ports.ask(question, signal);
    },
  });
}

/** Keeps every answer; what it has is free of calls and costs. `calls` counts what went through. */
export function caching(): { readonly through: (ports: Ports) => Ports; calls(): number } {
  const kept = new Map<string, object>();
  let calls = 0;
  const cached = async <T extends object>(key: string, call: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known !== undefined) return { ...(known as T), calls: 0, costUsd: 0 };
    calls += 1;
    const answer = await call();
    kept.set(key, answer);
    return answer;
  };
  return {
    through: (ports) => ({
      rollout: (request, signal) => cached(keyOf(request), () => ports.rollout(request, signal)),
      ask: (question, signal) => cached(questionKey(question), () => ports.ask(question, signal)),
    }),
    calls: () => calls,
  };
}

/** Shows every question to `look`. */
export function watched(look: (question: Question) => void): (ports: Ports) => Ports {
  return (ports) => ({
    rollout: ports.rollout,
    ask(question, signal) {
      look(question);
      return ports.ask(question, signal);
    },
  });
}

/** A chain whose prompts have a placeholder, and an optimiser model that loses it in half of its answers. */
export function losingTokens(ports: Ports): Ports {
  return {
    rollout: ({ texts, ...request }, signal) => ports.rollout({ ...request, texts: mapped(texts, withoutPlaceholder) }, signal),
    async ask(question, signal) {
      const answer = await ports.ask(question, signal);
      const loses = uniform(hashText(question.prompt), question.sample, 3) < 0.5;
      return loses ? { ...answer, text: answer.text.replaceAll(/⟦P\d+⟧/g, '') } : answer;
    },
  };
}

export const PLACEHOLDER = '{input}';

export function withPlaceholder(text: string): string {
  return `${text}\n${PLACEHOLDER}`;
}

function withoutPlaceholder(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== PLACEHOLDER)
    .join('\n');
}

export function mapped(texts: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, change(text)]));
}

function keyOf({ texts, row, repeat }: RolloutRequest): string {
  return `${fingerprint(texts)} ${row.id} ${repeat}`;
}

function questionKey({ prompt, sample }: Question): string {
  return `${sample} ${prompt}`;
}
