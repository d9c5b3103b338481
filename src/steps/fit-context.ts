import { z } from 'zod';
import { Failure } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { ModelSpec } from '../core/model.ts';
import type { Scope } from '../core/scope.ts';
import type { StepBody, StepContext } from '../core/step.ts';
import type { Reference } from '../core/template.ts';
import { estimateTokens, roomIn } from '../lib/token-estimate.ts';
import { cutMiddle, type Long, levelFor, longTexts, replaced } from './long-values.ts';
import { summaryOf } from './summary.ts';

export const contextPolicy = () =>
  z
    .enum(['fail', 'truncate', 'summarise'])
    .describe(
      'what happens when the model cannot read all of the prompt: fail (the default), truncate cuts the longest values that were filled in, summarise lets the model shorten them first',
    );

export interface Fitting {
  readonly policy: z.output<ReturnType<typeof contextPolicy>>;
  /** What the texts of the step read. */
  readonly values: readonly Reference[];
  readonly model: ModelSpec | undefined;
  rendered(scope: Scope): string;
}

/**
 * A step whose values give way when its prompt is too long, never the author's own text. The whole is tried first; then, with
 * what the model is known to read or half of what it refused, the longest values are made as short as needed. Each time it is
 * told, in a warning and in the text itself.
 */
export function fitting({ policy, values, model, rendered }: Fitting, run: StepBody['run']): StepBody['run'] {
  if (policy === 'fail' || model === undefined) return run;
  /** A later attempt begins with what fitted before, and pays for no summary twice. */
  const fitted = new WeakMap<Scope, Scope>();
  return async function* (context) {
    let scope = fitted.get(context.scope) ?? context.scope;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return yield* run({ ...context, scope });
      } catch (error) {
        if (!(error instanceof Failure) || error.reason !== 'context_overflow' || attempt === MOST_ATTEMPTS) throw error;
        const window = attempt === 1 ? (await context.model(model)).window?.() : undefined;
        const tokens = estimateTokens(rendered(scope));
        const room = window === undefined ? tokens / 2 : Math.min(tokens / 2, roomIn(window, model.params));
        const shorter = yield* shorten({ policy, model, room, tokens, attempt }, longTexts(scope, values), scope, context);
        if (shorter === undefined) throw error;
        scope = shorter;
        fitted.set(context.scope, scope);
      }
    }
  };
}

const MOST_ATTEMPTS = 4;

interface Task {
  readonly policy: 'truncate' | 'summarise';
  readonly model: ModelSpec;
  /** Tokens the prompt may have, and those it has. */
  readonly room: number;
  readonly tokens: number;
  readonly attempt: number;
}

/** Undefined when the values are so short that nothing is won by it. */
async function* shorten(
  { policy, model, room, tokens, attempt }: Task,
  texts: readonly Long[],
  scope: Scope,
  context: StepContext,
): AsyncGenerator<StepEvent, Scope | undefined> {
  const values = texts.reduce((sum, text) => sum + text.tokens, 0);
  const level = levelFor(texts, room - (tokens - values));
  const long = texts.filter((text) => text.tokens > level);
  if (level < SHORTEST || long.length === 0) return undefined;
  let shorter = scope;
  for (const [index, { at, name, text, times }] of long.entries()) {
    const limit = { tokens: level / times, window: room };
    const summary =
      policy === 'summarise' ? yield* summaryOf(text, { model, limit, key: `s${attempt}.${index + 1}` }, context) : undefined;
    const kept = cutMiddle(summary ?? text, limit.tokens);
    shorter = replaced(shorter, at, kept) as Scope;
    const how = summary === undefined ? 'cut' : 'summarised';
    const message = `${name} was ${how} from ${text.length} to ${kept.length} characters, because ${model.id} cannot read all of it`;
    yield { type: 'warning', code: 'PC5305', message, step: context.path };
  }
  return shorter;
}

/** Tokens. */
const SHORTEST = 30;
