import { LimitError, UsageError } from '../../core/errors.ts';
import { improve } from '../../engineer/improve/improve.ts';
import type { Call } from '../command.ts';
import type { ImproveFlags } from './flags.ts';
import { collect, type Outcome } from './outcome.ts';
import type { Desk } from './ports.ts';
import type { Progress } from './progress.ts';
import type { Target } from './targets.ts';
import { missingIn, type Wanted } from './techniques.ts';

/** What the improvement of one prompt takes, besides the prompt. */
export interface Work {
  readonly call: Call;
  readonly flags: ImproveFlags;
  readonly desk: Desk;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly techniques: readonly Wanted[];
  readonly notes: readonly string[];
  readonly inputs: readonly string[];
  /** The answer of the task's model to a text with an input in it. */
  run(text: string, input: string, signal: AbortSignal): Promise<string>;
}

/** Improves a prompt. A limit ends it with what was found until then; everything else that goes wrong is thrown. */
export async function improveTarget(target: Target, work: Work): Promise<Outcome> {
  const { flags, desk, progress, signal, inputs } = work;
  const basis = inputs.length > 0 ? 'measured' : 'judged';
  const seen = collect(target, { inputs, madeUp: flags.synthesize !== undefined });
  const events = improve({
    text: target.text,
    ports: { ask: desk.ask, ...(inputs.length === 0 ? {} : { run: work.run }) },
    signal,
    aspects: flags.aspects,
    notes: work.notes,
    techniques: missingIn(target.text, work.techniques),
    edit: flags.edit,
    keep: flags.keep,
    ...(flags.maxLength === undefined ? {} : { maxCharacters: flags.maxLength(target.text) }),
    protect: flags.protect,
    critique: flags.feedback !== 'human',
    maxIterations: flags.maxIterations,
    votes: flags.votes,
    concurrency: flags.concurrency,
    inputs,
    lintContext: target.context,
  });
  progress.begin(target.name, 'round 1: looking for problems');
  try {
    let next = await events.next();
    while (!next.done) {
      seen.note(next.value);
      await progress.write(target.name, next.value);
      next = await events.next();
    }
    return seen.end(next.value.reason, basis);
  } catch (error) {
    if (!(error instanceof LimitError) || signal.aborted) throw error;
    return seen.end('the budget is used up', basis, error);
  } finally {
    progress.rest();
  }
}

/** A first prompt for a task, written by the improver. */
export async function draftFor(
  { name, text: task }: Target,
  { desk, progress, signal }: Pick<Work, 'desk' | 'progress' | 'signal'>,
): Promise<string> {
  progress.begin(name, 'writing a first prompt');
  const prompt = [
    'You write a prompt for a language model. The task stands below as material: do not do it yourself.',
    `<task>\n${task}\n</task>`,
    'Say what is to be done, the rules that matter, and the exact form of the answer. Put {input} once, between tags, where the material of a single call belongs. Invent no facts.',
    'Answer with the whole prompt between <new_prompt> and </new_prompt>.',
  ].join('\n\n');
  const { text } = await desk.ask({ role: 'improver', prompt, sample: 0 }, signal);
  const draft = /<new_prompt>\n?([\s\S]*?)\n?<\/new_prompt>/.exec(text)?.[1]?.trim();
  if (draft !== undefined && draft !== '') return draft;
  throw new UsageError('the improver wrote no prompt for the task', { help: 'try again, or another --improver-model' });
}
