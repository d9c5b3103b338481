import type { Chain } from '../core/chain.ts';
import type { PlannedStep } from '../core/plan.ts';
import type { RunOptions } from '../core/run.ts';
import { runWhole } from './interpret.ts';
import { stageMemory } from './staged-memory.ts';
import { topFrame } from './top-frame.ts';

/**
 * What a run would do, found by the interpreter itself: it walks the chain with the recorded results, and where one is missing
 * it notes that and goes on without. Nothing is called, written or asked. Throws what the run would fail with on the way.
 */
export async function planChain(chain: Chain, options: RunOptions): Promise<readonly PlannedStep[]> {
  const steps: PlannedStep[] = [];
  const memory = stageMemory({ read: (namespace) => options.memory.read(namespace), commit: async () => undefined });
  const frame = { ...topFrame(chain, options, memory), plan: (step: PlannedStep) => void steps.push(step) };
  for await (const event of runWhole(chain, options, frame)) {
    if (event.type === 'step.skipped') {
      steps.push({ path: event.step, kind: event.kind, action: 'skip', why: `${event.condition} is false` });
    }
  }
  return steps;
}
