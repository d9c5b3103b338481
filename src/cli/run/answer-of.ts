import type { Chain } from '../../core/chain.ts';
import { Failure } from '../../core/errors.ts';
import type { RunOptions, RunResult } from '../../core/run.ts';
import { runChain } from '../../engine/run.ts';
import { ownMemory } from '../test/own-memory.ts';
import { newRunId } from './run-id.ts';

type Asked = Pick<RunOptions, 'inputs' | 'io' | 'openModel' | 'signal'> &
  Partial<Pick<RunOptions, 'input' | 'limits' | 'meter' | 'spent' | 'toolbox' | 'redact'>>;

/** Runs a chain that nobody watches, with a memory of its own. Throws what ended it, `onEnd` having seen what it used. */
export async function answerOf(
  chain: Chain,
  { input = '', ...asked }: Asked,
  onEnd: (result: RunResult) => void = () => undefined,
): Promise<RunResult> {
  let failure: unknown;
  const events = runChain(chain, {
    ...asked,
    input,
    runId: newRunId(asked.io.clock.now(), asked.io.random),
    memory: ownMemory(),
    live: false,
    onFailure: (error) => {
      failure = error;
    },
  });
  let next = await events.next();
  while (!next.done) next = await events.next();
  const { status, error } = next.value;
  onEnd(next.value);
  if (status === 'success') return next.value;
  throw (
    failure ??
    new Failure(`a model was asked in vain: ${error?.message}`, { code: 'PC1513', reason: error?.reason ?? 'internal' })
  );
}
