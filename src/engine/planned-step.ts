import type { RecordedStep } from '../core/host.ts';
import type { PlannedStep } from '../core/plan.ts';
import type { Step } from '../core/step.ts';
import { partsOf } from '../lib/step-parts.ts';
import type { Work } from './context.ts';
import { fingerprintOf } from './fingerprint.ts';

/** A step that holds others is walked through, as long as all it reads is known. */
export function isWalked({ step, stale }: Work): boolean {
  return !stale && (step.loop !== undefined || step.body.parts !== undefined || step.body.chain !== undefined);
}

/** The recorded result of a step that would be reused; undefined, and noted, when the step would run. */
export function recordedFor(work: Work, note: (step: PlannedStep) => void): RecordedStep | undefined {
  const { step, path, scope, frame, stale } = work;
  const known = frame.options.recorded?.get(path);
  const record = known !== undefined && 'outcome' in known ? known : undefined;
  const holds = !stale && record?.completed.fingerprint === fingerprintOf(step, scope, frame.state);
  if (record !== undefined && holds) {
    note({ ...about(step, path), action: 'reuse' });
    return record;
  }
  const why = stale ? whyStale(work) : undefined;
  const action = record !== undefined && !stale ? 'changed' : 'run';
  note({ ...about(step, path), action, ...(why === undefined ? {} : { why }) });
  if (stale) for (const inner of insideOf(step, `${path}/`)) note({ ...inner, action: 'run' });
  return undefined;
}

function about(step: Step, path: string): Pick<PlannedStep, 'path' | 'kind' | 'model'> {
  const { model } = step.body;
  return { path, kind: step.kind, ...(model === undefined ? {} : { model: model.id }) };
}

/** The steps in a step whose branches, items or turns are not known yet. */
function insideOf(step: Step, prefix: string): readonly Pick<PlannedStep, 'path' | 'kind' | 'model'>[] {
  const lists = [...partsOf({ ...step, onError: 'stop' }), { prefix: '', steps: step.body.chain?.steps ?? [] }];
  return lists.flatMap((part) =>
    part.steps.flatMap((inner) => {
      const path = prefix + part.prefix + inner.name;
      return [about(inner, path), ...insideOf(inner, `${path}/`)];
    }),
  );
}

function whyStale({ step, frame }: Work): string {
  if (frame.again) return step.if === undefined ? 'it is to run again' : `if ${step.if.source}`;
  const ids = step.reads.flatMap(({ root, path: [id] }) =>
    root === 'steps' && typeof id === 'string' && frame.state.fresh.ids.has(id) ? [id] : [],
  );
  const read = ids.length > 0 ? [...new Set(ids)].join(', ') : 'what runs before it';
  return `it reads ${read}${step.if === undefined ? '' : `, and runs if ${step.if.source}`}`;
}
