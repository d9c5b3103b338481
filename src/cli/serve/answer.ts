import type { Chain } from '../../core/chain.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Step } from '../../core/step.ts';
import { partsOf } from '../../lib/step-parts.ts';

/** The JSON Schema that every output of a chain fits, where its last step has fields and nothing else can be the output. */
export function answerSchemaOf({ output, steps }: Chain): JsonObject | undefined {
  const last = steps.at(-1);
  if (last === undefined || output !== undefined || steps.some(canStop)) return undefined;
  if (last.if !== undefined || last.loop !== undefined || last.onError !== 'stop') return undefined;
  const { answer, chain } = last.body;
  const schema = answer?.schema ?? (chain === undefined ? undefined : answerSchemaOf(chain));
  return schema?.type === 'object' ? schema : undefined;
}

function canStop(step: Step): boolean {
  return step.kind === 'stop' || partsOf(step).some(({ steps }) => steps.some(canStop));
}
