import type { Chain } from '../core/chain.ts';
import { type Limits, NOTHING_SPENT } from '../core/limits.ts';
import type { Meter } from '../core/meter.ts';
import type { RunOptions } from '../core/run.ts';
import { notice } from './fresh.ts';
import type { Frame } from './interpret.ts';
import { createLocalHost } from './local-host.ts';
import { createMeter } from './meter.ts';
import type { StagedMemory } from './staged-memory.ts';

/** Where the interpreter stands when a run begins. */
export function topFrame(chain: Chain, options: RunOptions, memory: StagedMemory): Omit<Frame, 'state'> {
  const { runId, io, recorded, failures, borrowed, answer, signal } = options;
  return {
    options,
    host: createLocalHost({ runId, io, recorded, failures, borrowed, receive: answer }),
    memory,
    meter: meterOf({ ...chain.limits, ...options.limits }, options),
    prefix: '',
    signal,
    final: true,
    around: {},
    tolerated: false,
    inputFresh: false,
    aroundFresh: false,
    again: false,
    notice: notice(undefined),
  };
}

function meterOf(limits: Limits, { meter, spent }: RunOptions): Meter {
  return meter === undefined ? createMeter(limits, spent ?? NOTHING_SPENT) : meter.within(limits);
}
