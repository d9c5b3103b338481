import { basename, resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { Failure } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import type { Redactor } from '../redact.ts';
import type { WorldFlags } from '../run/world-flags.ts';
import type { Traffic } from './traffic.ts';

export interface TrafficNeeds {
  readonly call: Call;
  readonly flags: Pick<WorldFlags, 'record' | 'replay' | 'stubs'>;
  readonly chain: Chain;
  /** The run was begun earlier, and is taken up again. */
  readonly again: boolean;
  readonly redactor: Redactor;
  /** Ends the run. */
  abort(reason: Failure): void;
}

/** Models and tools are answered for from a file: nothing is called. */
export function isAnswered({ replay, stubs }: Pick<WorldFlags, 'replay' | 'stubs'>): boolean {
  return replay !== undefined || stubs !== undefined;
}

/** What `--record`, `--replay` and `--stubs` put between the run and the world; undefined without them. */
export async function openTraffic(needs: TrafficNeeds): Promise<Traffic | undefined> {
  const { call, flags, chain, redactor, again, abort } = needs;
  if (flags.record !== undefined) {
    const { recordTraffic } = await import('./record.ts');
    const file = resolve(call.io.cwd, flags.record);
    return recordTraffic({ file, chain: basename(chain.file), redactor, again });
  }
  if (flags.stubs !== undefined) {
    const [{ stubTraffic }, { readStubs }] = await Promise.all([import('./stubs.ts'), import('./stub-file.ts')]);
    return stubTraffic({ stubs: readStubs(resolve(call.io.cwd, flags.stubs), chain), file: flags.stubs, abort });
  }
  if (flags.replay === undefined) return undefined;
  const { replayTraffic } = await import('./replay.ts');
  return replayTraffic({ file: resolve(call.io.cwd, flags.replay), shown: flags.replay, redactor, abort });
}
