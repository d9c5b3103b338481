import { contentTypeGuard } from './content-type.ts';
import type { Guard } from './guard.ts';
import { hostGuard } from './host.ts';
import { originGuard } from './origin.ts';
import { type Rate, rateGuard } from './rate.ts';
import { targetGuard } from './target.ts';
import { tokenGuard } from './token.ts';

/** Whom the server answers, and how often. */
export interface GuardSettings {
  /** What it listens on. */
  readonly host: string;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  readonly token: string | undefined;
  readonly rate: Rate | undefined;
  /** Monotonic milliseconds. */
  now(): number;
}

/** Every guard of a request's head, in the order they are asked; the first refusal counts. */
export function createGuard(settings: GuardSettings): Guard {
  const { host, allowHosts, allowOrigins, token, rate, now } = settings;
  const guards: readonly Guard[] = [
    targetGuard,
    hostGuard({ host, allowed: allowHosts }),
    originGuard(allowOrigins),
    rateGuard(rate, now),
    tokenGuard(token),
    contentTypeGuard,
  ];
  return (head) => {
    for (const guard of guards) {
      const refusal = guard(head);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
}
