import type { Event } from '../../core/event.ts';
import type { RunResult } from '../../core/run.ts';
import { createLiveTail, type LiveTail } from '../../lib/live-tail.ts';
import { Refused } from '../../serve/refusal.ts';
import type { StartedRun } from '../../serve/service.ts';
import { createTextSoFar, type TextSoFar } from './text-so-far.ts';

/** A run that goes on in this process. */
export interface GoingRun extends Pick<StartedRun, 'id' | 'abort'> {
  readonly chain: string;
  /** The address of whoever asked for it. */
  readonly client: string;
}

/** What who follows it is given besides its journal. */
export interface FollowableRun extends GoingRun {
  readonly said: Pick<TextSoFar, 'from'>;
  readonly tail: LiveTail<Event>;
}

/** The runs that go on in this process: how many there may be, who follows them, and how they are all brought to their end. */
export interface Going {
  /** Throws `Refused` PC2266 when no more may begin. */
  admit(client: string): Place;
  find(id: string): FollowableRun | undefined;
  all(): readonly GoingRun[];
  /** Resolves once none goes on. */
  none(): Promise<void>;
}

/** A run's place among those that may go on at once: taken before it begins, so that many which begin together count too. */
export interface Place {
  begin(run: Omit<GoingRun, 'client'>): { publish(event: Event): void; end(): void };
  /** It will not begin. */
  leave(): void;
}

export interface GoingLimits {
  readonly maxRuns: number;
  readonly maxRunsPerClient: number;
}

export function createGoing({ maxRuns, maxRunsPerClient }: GoingLimits): Going {
  const runs = new Map<string, FollowableRun>();
  const places = new Set<{ readonly client: string }>();
  const waiting = new Set<() => void>();
  const ofClient = (client: string): number => [...places].filter((place) => place.client === client).length;
  return {
    admit(client) {
      if (places.size >= maxRuns) throw tooMany(503, `${maxRuns} runs are going on, and no more may`);
      if (maxRunsPerClient < maxRuns && ofClient(client) >= maxRunsPerClient) {
        throw tooMany(429, `${maxRunsPerClient} runs of this client are going on, and no more may`);
      }
      const place = { client };
      places.add(place);
      return {
        begin: (run) => begin({ ...run, client }, place),
        leave: () => void places.delete(place),
      };
    },
    find: (id) => runs.get(id),
    all: () => [...runs.values()],
    none: () => (runs.size === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.add(resolve))),
  };

  function begin(run: GoingRun, place: { readonly client: string }): ReturnType<Place['begin']> {
    const tail = createLiveTail<Event>(MOST_BEHIND);
    const said = createTextSoFar();
    runs.set(run.id, { ...run, said, tail });
    return {
      publish(event) {
        said.take(event);
        tail.publish(event);
      },
      end() {
        places.delete(place);
        runs.delete(run.id);
        tail.end();
        if (runs.size > 0) return;
        for (const wake of waiting) wake();
        waiting.clear();
      },
    };
  }
}

/** Events kept for a reader that is slower than the run; it is then given the journal and the text so far. */
const MOST_BEHIND = 1000;

function tooMany(status: 429 | 503, message: string): Refused {
  return new Refused({ status, code: 'PC2266', message, headers: { 'retry-after': '1' } });
}

/** What becomes of a run, told to whoever counts them. */
export interface RunObserver {
  began(chain: string): void;
  ended(chain: string, result: RunResult): void;
}
