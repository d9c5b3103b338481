import type { Chain } from '../../core/chain.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Call } from '../command.ts';
import type { Redactor } from '../redact.ts';
import type { RunFlags } from '../run/flags.ts';
import { contentHash, keptGiven } from '../run/given.ts';
import type { WorldFlags } from '../run/world-flags.ts';
import type { ServeFlags } from './flags.ts';
import type { Values } from './start.ts';

/** What the journal of a served run keeps, so that `runs resume` takes it up as if `run` had begun it. */
export function givenOf(
  call: Call,
  own: WorldFlags & ServeFlags,
  chain: Chain,
  values: Values,
  redactor: Redactor,
): JsonObject | undefined {
  const { input, inputs, conversation, traceparent } = values;
  const said = conversation === undefined ? {} : { conversation };
  const given = { input, inputs, ...said, ...(traceparent === undefined ? {} : { traceparent }) };
  return keptGiven({ flags: runFlagsOf(own), cwd: call.io.cwd, sha256: contentHash(chain), ...given }, redactor);
}

function runFlagsOf(own: WorldFlags & ServeFlags): RunFlags {
  const { chain, maxInputBytes, model, stepModels, params, set, timeoutMs, approve, allowTools, denyTools } = own;
  const { mcp, trust, strict, requireLlm, limits, memory, save, cache } = own;
  return {
    chain,
    maxInputBytes,
    ...(model === undefined ? {} : { model }),
    ...(params === undefined ? {} : { params }),
    stepModels,
    set,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    approve,
    allowTools,
    denyTools,
    mcp,
    trust,
    strict,
    requireLlm,
    limits,
    ...(memory === undefined ? {} : { memory }),
    save,
    cache,
    ...AS_RUN,
  };
}

const AS_RUN = {
  var: [],
  varFile: [],
  vars: [],
  format: 'text',
  allSteps: false,
  stream: true,
  showReasoning: false,
  dryRun: false,
  plan: false,
  rawOutput: false,
  github: false,
} as const;
