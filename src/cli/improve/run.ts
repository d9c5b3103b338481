import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call } from '../command.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import { listen } from '../run/listen.ts';
import { openToolbox } from '../run/toolbox.ts';
import { requireTrust } from '../trust/require.ts';
import { question } from './choose.ts';
import { checkDelivery, deliver, originalsOf, patchOf, tellWritten } from './deliver.ts';
import { type ImproveFlags, improveFlags } from './flags.ts';
import { draftFor, improveTarget, type Work } from './improve-target.ts';
import { interact } from './interact.ts';
import { improveJson } from './json.ts';
import { madeUpInputs } from './made-up-inputs.ts';
import type { Outcome } from './outcome.ts';
import { planOf } from './plan.ts';
import { type Desk, openDesk } from './ports.ts';
import { costOf, present } from './present.ts';
import { openProgress } from './progress.ts';
import { type Target, targetsOf } from './targets.ts';
import { techniqueMenu, wantedTechniques } from './techniques.ts';
import { trialInputs, trialOf } from './trial.ts';

/** Improves what the command line names; resolves to the exit code. */
export async function runImprove(asked: Call): Promise<number> {
  const call = isWizard(asked) ? await completed(asked) : asked;
  const flags = improveFlags(call);
  const stop = new AbortController();
  const release = listen(call, flags.timeoutMs, (reason) => stop.abort(reason));
  try {
    return await improveAll(call, flags, stop.signal);
  } finally {
    release();
  }
}

/** At a terminal, a command line that names nothing is a wish to be asked. */
function isWizard(call: Call): boolean {
  return call.options.interactive === true || (call.interactive && !isNamed(call));
}

function isNamed({ args, options }: Call): boolean {
  return args.length > 0 || options.initialPrompt !== undefined || options.task !== undefined;
}

/** With `-i`, what the command line leaves out is asked for. */
async function completed(call: Call): Promise<Call> {
  if (!call.interactive) throw new UsageError('-i needs a terminal to ask at', { help: 'leave it out, or run it in a terminal' });
  const { options } = call;
  if (isNamed(call)) return call;
  const { signal } = new AbortController();
  const word = await question(call, 'Which prompt (a file, chain.yaml#step, or the text itself)? ', signal);
  await call.err.write(techniqueMenu(call));
  const techniques = await question(call, 'Techniques, with commas between (empty for none)? ', signal);
  const named = techniques === '' ? {} : { techniques: [...(options.techniques ?? []), techniques] };
  const isFile = /^\S+\.(?:md|txt|prompt|ya?ml(?:#\S+)?)$/i.test(word);
  const chosen = { ...options, ...named, interactive: true };
  return isFile ? { ...call, args: [word], options: chosen } : { ...call, options: { ...chosen, initialPrompt: word } };
}

async function improveAll(call: Call, flags: ImproveFlags, signal: AbortSignal): Promise<number> {
  const techniques = wantedTechniques(call, flags.techniques);
  const targets = await namedTargets(call, flags);
  checkDelivery(flags, targets);
  requireFeedback(call, flags);
  const originals = originalsOf(targets);
  const judge = flags.models.judge ?? flags.models.task ?? targets[0]?.chain?.uses.models[0]?.id;
  const improver = flags.models.improver ?? judge;
  const models = { ...(improver === undefined ? {} : { improver }), ...(judge === undefined ? {} : { judge }) };
  const desk = await openDesk(call, { models, limits: flags.limits, cache: flags.cache });
  if (flags.dryRun) {
    await call.out.write(planOf(call, flags, targets, desk));
    return EXIT.ok;
  }
  const outcomes: Outcome[] = [];
  const progress = await openProgress(call, flags);
  try {
    for (const target of targets) {
      outcomes.push(await outcomeOf(target, { call, flags, desk, progress, signal, techniques }));
      if (outcomes.at(-1)?.limit !== undefined) break;
    }
  } finally {
    progress.rest();
  }
  return report(call, flags, desk, outcomes, originals);
}

async function namedTargets(call: Call, { target }: ImproveFlags): Promise<readonly Target[]> {
  if ('word' in target) return targetsOf(call, target.word);
  return [
    'prompt' in target
      ? { name: 'prompt', text: target.prompt.trimEnd(), context: {} }
      : { name: 'task', text: target.task, context: {} },
  ];
}

function requireFeedback({ interactive: isTerminal }: Call, { feedback, notes, interactive }: ImproveFlags): void {
  if (feedback === 'llm' || notes.length > 0 || (interactive && isTerminal)) return;
  throw new UsageError(`--feedback ${feedback} needs what you have to say`, { help: 'add --note "…", or -i to be asked' });
}

async function outcomeOf(
  target: Target,
  { call, flags, desk, progress, signal, techniques }: Omit<Work, 'notes' | 'inputs' | 'run'>,
): Promise<Outcome> {
  const isTask = 'task' in flags.target;
  const from = isTask ? { ...target, text: await draftFor(target, { desk, progress, signal }) } : target;
  const inputs = await inputsFor(from, { call, flags, desk, signal, progress });
  const { chain } = from;
  if (inputs.length > 0 && chain !== undefined) await requireTrust(call, chain, { trust: false });
  const redact = createRedactor(secretsOf(call.io.env, [])).text;
  const tools = { approve: 'never' as const, allowTools: [], denyTools: [], mcp: true, trust: false };
  const toolbox =
    inputs.length > 0 && chain !== undefined
      ? await openToolbox({ call, flags: tools, chain, redact, askInTurn: (ask) => ask() })
      : undefined;
  try {
    const run = trialOf(call, desk, from, flags.models.task, toolbox);
    const work: Work = { call, flags, desk, progress, signal, techniques, notes: flags.notes, inputs, run };
    const outcome = await (flags.interactive ? interact(from, work) : improveTarget(from, work));
    if (!isTask || outcome.reason === 'it was not taken') return outcome;
    return outcome.changed ? outcome : { ...outcome, changed: true, reason: 'it was written for the task' };
  } finally {
    await toolbox?.[Symbol.asyncDispose]();
  }
}

async function inputsFor(
  target: Target,
  { call, flags, desk, signal, progress }: Pick<Work, 'call' | 'flags' | 'desk' | 'signal' | 'progress'>,
): Promise<readonly string[]> {
  if (flags.inputs !== undefined) return [...new Set(trialInputs(call, flags.inputs, target))];
  if (flags.synthesize === undefined) return [];
  progress.begin(target.name, 'making up inputs');
  const inputs = await madeUpInputs(target, flags.synthesize, { desk, signal });
  await progress.madeUp(target.name, inputs);
  return inputs;
}

/** Tells what came of it, writes what is to be written, and gives the exit code. */
async function report(
  call: Call,
  flags: ImproveFlags,
  desk: Desk,
  outcomes: readonly Outcome[],
  originals: ReadonlyMap<string, string>,
): Promise<number> {
  const { out, err, globals, paint } = call;
  const spent = await desk.spent();
  const isTold = !globals.quiet && !(flags.json && !err.isTTY && !globals.verbose);
  if (isTold) {
    if (!flags.interactive) for (const outcome of outcomes) await err.write(`${await present(outcome, paint)}\n`);
    await err.write(`${costOf(spent)} (improver ${desk.names.improver}, judge ${desk.names.judge})\n`);
  }
  const limit = outcomes.find((outcome) => outcome.limit !== undefined);
  const exitCode = limit !== undefined ? EXIT.limit : outcomes.some(({ changed }) => changed) ? EXIT.ok : EXIT.notMet;
  const isWritten = flags.out !== undefined || flags.write || flags.interactive;
  const written = isWritten ? await deliver(call, flags, outcomes, originals) : [];
  if (flags.json) await out.write(improveJson(outcomes, written, spent, exitCode));
  else if (flags.out === undefined) await printTexts(call, outcomes, isWritten ? '' : await patchOf(call, outcomes, originals));
  if (isTold) await tellWritten(call, written);
  return exitCode;
}

/** A prompt that came from no file is the result; of those in files a pipe gets the patch, which a terminal has seen already. */
async function printTexts({ out, err }: Call, outcomes: readonly Outcome[], patch: string): Promise<void> {
  for (const { target, text } of outcomes)
    if (target.place === undefined) await out.write(`${out.isTTY ? sanitize(text) : text}\n`);
  if (patch !== '' && !(out.isTTY && err.isTTY)) await out.write(out.isTTY ? sanitize(patch) : patch);
}
