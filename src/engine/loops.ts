import { StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import { type Json, type JsonObject, textOf } from '../core/json.ts';
import type { StepView } from '../core/scope.ts';
import type { Foreach, Repeat, Step, StepOutcome } from '../core/step.ts';
import type { Expression } from '../core/template.ts';
import { idsIn } from '../lib/step-ids.ts';
import { runBranches } from './branches.ts';
import type { Frame, Inside } from './interpret.ts';
import { scopeOf } from './state.ts';

/** What is done for each item or turn; its place in the list is in its name. */
function turnOf(step: Step, index: number): Step {
  const { id: _, if: __, loop: ___, ...rest } = step;
  return { ...rest, name: `${step.name}[${index}]`, onError: 'stop', remember: [] };
}

/** `foreach`: the body once for each item, the values in the order of the items. */
export async function* runForeach(
  step: Step,
  loop: Foreach,
  input: string,
  frame: Frame,
  inside: Inside,
): AsyncGenerator<StepEvent, StepOutcome> {
  const items = loop.items(scopeOf(frame.state, input, frame.around));
  const branches = items.map((item, index) => ({
    steps: [turnOf(step, index)],
    input: textOf(item),
    prefix: frame.prefix,
    around: { ...frame.around, item, index },
  }));
  const { concurrency: cap } = frame.options;
  const concurrency = Math.min(loop.concurrency ?? cap ?? 1, cap ?? Number.POSITIVE_INFINITY);
  const rules = { concurrency, tolerant: step.onError === 'continue', keepsIds: false };
  const { values, stop } = yield* runBranches(branches, rules, frame, inside);
  return stop === undefined ? { output: JSON.stringify(values), data: values } : { output: input, passThrough: true, stop };
}

/** `repeat`: turns until a condition holds, each one's output being the next one's input. */
export async function* runRepeat(
  step: Step,
  loop: Repeat,
  input: string,
  frame: Frame,
  inside: Inside,
): AsyncGenerator<StepEvent, StepOutcome> {
  const path = frame.prefix + step.name;
  const ids = idsIn(step);
  // What the step gives when there is no turn at all.
  let last: StepOutcome = { output: input, passThrough: true };
  let previous: JsonObject = {};
  let { inputFresh, aroundFresh } = frame;
  for (let index = 0; ; index += 1) {
    const around = { ...frame.around, index, loop: { index, turn: index + 1, max: loop.max, ...previous } };
    const own = { ...frame, around, inputFresh, aroundFresh, final: false, tolerated: false };
    if (loop.while !== undefined && !(yield* holds(loop.while, path, last, own))) return last;
    if (index === loop.max) {
      if (loop.onMax === 'continue' || (loop.until ?? loop.while) === undefined) return last;
      throw notMet(path, loop);
    }
    const outcome = yield* inside.steps([turnOf(step, index)], last.output, own);
    // In a plan, whether there is another turn is not known before this one has run.
    if (outcome.stop !== undefined || (frame.plan !== undefined && frame.notice.fresh)) return outcome;
    last = outcome;
    inputFresh ||= frame.notice.fresh;
    aroundFresh ||= frame.notice.fresh;
    previous = { previous: viewsOf(ids, frame.state.steps) };
    if (loop.until !== undefined && (yield* holds(loop.until, path, last, own))) return last;
  }
}

async function* holds(
  condition: Expression,
  step: string,
  last: StepOutcome,
  { state, around }: Frame,
): AsyncGenerator<StepEvent, boolean> {
  const { output, data } = last;
  const loop = { ...around.loop, output, ...(data === undefined ? {} : { data }) };
  const scope = scopeOf(state, output, { ...around, loop });
  const met = condition.evaluate(scope) === true;
  yield { type: 'objective.checked', step, condition: condition.source, met, values: condition.reads(scope) };
  return met;
}

function viewsOf(ids: readonly string[], steps: { readonly [id: string]: StepView }): JsonObject {
  return Object.fromEntries(
    ids.flatMap((id) => (steps[id] === undefined ? [] : [[id, { ...steps[id] } as unknown as Json] as const])),
  );
}

function notMet(path: string, { max, until, while: condition }: Repeat): StepError {
  const unmet = until === undefined ? `${condition?.source} still holds` : `${until.source} does not hold`;
  return new StepError(`"${path}" took ${max} turns, the most it may, and ${unmet}`, {
    code: 'PC9205',
    reason: 'not_met',
    help: 'raise "max" under repeat, or say on_max: continue to go on with the last output',
  });
}
