import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import type { Warning } from '../../core/event.ts';
import { EXIT } from '../../core/exit-code.ts';
import { createOpenModel } from '../../models/open.ts';
import type { Progress } from '../../store/recorded.ts';
import type { Call, Command } from '../command.ts';
import { modelConfig } from '../model-config.ts';
import { checkAgainst } from '../run/check.ts';
import { type Earlier, earlierIfKept, earlierRun } from '../run/earlier.ts';
import { type Execution, execute } from '../run/execute.ts';
import { type About, tellAsJson } from '../run/failure.ts';
import { declareRunFlags, type RunFlags, runFlags } from '../run/flags.ts';
import { inputIsUnused, type RunInput, readInput } from '../run/input.ts';
import { outputFormat } from '../run/output-schema.ts';
import { chainFiles, isOneOf, spareChainFiles } from '../run/own-files.ts';
import { partOf } from '../run/part.ts';
import { planText } from '../run/plan.ts';
import { checkGithub, reportFailure } from '../run/report.ts';
import { newRunId } from '../run/run-id.ts';
import { checkOnly, runPlanText } from '../run/run-plan.ts';
import { inputValues } from '../run/values.ts';
import { load, readyWorld } from '../run/world.ts';
import { requireTrust } from '../trust/require.ts';

export const run: Command = {
  examples: [
    { command: 'promptchain run chain.yaml --input "Hello"', note: 'run a chain on a text' },
    {
      command: 'cat notes.txt | promptchain run chain.yaml > out.txt',
      note: 'in a pipeline: stdout is the result and nothing else',
    },
    {
      command: 'promptchain run chain.yaml --input-file notes.txt --var tone=brief --model openai/gpt-4o-mini',
      note: 'values for its inputs, and another model',
    },
    {
      command: 'promptchain run chain.yaml -i "Hello" --json | jq -r .output',
      note: 'the result, the steps, the usage and the error as one object',
    },
    { command: 'promptchain run chain.yaml --dry-run', note: 'what would be sent, without sending it' },
    {
      command: 'promptchain run chain.yaml --resume --plan',
      note: 'after a change of the chain: what the last run gave and still holds; without --plan, run the rest',
    },
  ],
  configure: declareRunFlags,
  excess: 'the input is given with --input <text>; a text of several words needs quotes',
  async run(call) {
    const flags = runFlags(call);
    checkGithub(flags, call.io);
    let about: About = {
      runId: newRunId(call.io.clock.now(), call.io.random),
      chain: { name: '', file: flags.chain, sha256: '' },
    };
    let files: readonly string[] = [flags.chain];
    try {
      const chain = await load(call, flags, await outputFormat(call.io.cwd, flags));
      files = chainFiles(chain);
      about = { ...about, chain: { name: chain.name, file: chain.file, sha256: chain.sha256 } };
      return await start(call, flags, chain, about);
    } catch (error) {
      const summary = flags.summary === undefined || isOneOf(files, flags.summary, call.io.cwd) ? undefined : flags.summary;
      if (summary !== undefined || flags.github) await reportFailure(call, { ...flags, summary }, error, about);
      if (flags.format === 'text') throw error;
      return await tellAsJson(error, call, flags.format, about);
    }
  },
};

/** A run that is taken up again: what it was given, and what it has done. */
export type Again = Pick<Execution, 'input' | 'stdin' | 'conversation' | 'inputs' | 'traceparent'> &
  Required<Pick<Execution, 'progress' | 'spent'>>;

export async function start(call: Call, flags: RunFlags, whole: Chain, about: About, again?: Again): Promise<number> {
  const chain = partOf(whole, flags);
  checkAgainst(chain, flags);
  spareChainFiles(whole, flags, call.io.cwd);
  const earlier = again === undefined ? earlierRun(call, flags, chain) : earlierIfKept(call, flags, chain);
  const inputs = again?.inputs ?? (await inputValues(chain, flags, earlier?.inputs));
  if (flags.dryRun) {
    const config = modelConfig(call);
    await call.out.write(await planText(call, flags, chain, { inputs, openModel: createOpenModel({ io: call.io, config }) }));
    return EXIT.ok;
  }
  if (flags.plan) {
    const given = await inputOf(call, flags, chain, earlier);
    await call.out.write(await runPlanText({ call, flags, chain, ...given, inputs, earlier }));
    return EXIT.ok;
  }
  const openModel = await readyWorld(call, flags, chain);
  await requireTrust(call, chain, flags);
  const read = again ?? (await inputOf(call, flags, chain, earlier));
  if (again === undefined) await checkOnly({ call, flags, chain, ...read, inputs, earlier });
  const warnings = ownWarnings(call, flags, chain);
  const [first] = warnings;
  if (flags.strict && first !== undefined) throw new UsageError(`${first.message} (--strict)`, { code: first.code });
  const progress = takenUp(again?.progress, earlier?.progress);
  const done = progress === undefined ? {} : { progress, continues: again !== undefined };
  const traceparent = again?.traceparent ?? earlier?.traceparent;
  const link = traceparent === undefined ? {} : { traceparent };
  const kept = earlier === undefined ? flags : { ...flags, resume: earlier.id };
  return execute({ call, flags: kept, chain, runId: about.runId, ...read, inputs, openModel, warnings, ...done, ...link });
}

/** What this run has done itself, over what the one before it gave. */
function takenUp(own: Progress | undefined, earlier: Progress | undefined): Progress | undefined {
  if (own === undefined || earlier === undefined) return own ?? earlier;
  return { ...own, recorded: new Map([...earlier.recorded, ...own.recorded]) };
}

/** What is given now, else what the earlier run was given: stdin is then left alone. */
async function inputOf(
  call: Call,
  flags: RunFlags,
  chain: Chain,
  earlier: Earlier | undefined,
): Promise<RunInput & Pick<Execution, 'conversation'>> {
  const isGiven = flags.input !== undefined || flags.inputFile !== undefined;
  const conversation = earlier?.conversation === undefined ? {} : { conversation: earlier.conversation };
  if (isGiven || earlier?.input === undefined) return { ...(await readInput(call, flags, chain.uses)), ...conversation };
  return { input: earlier.input, ...(earlier.stdin === undefined ? {} : { stdin: earlier.stdin }), ...conversation };
}

/** With JSON on stdout nothing of the settings has been told on stderr: it is told in the result. */
function ownWarnings(call: Call, flags: RunFlags, chain: Chain): readonly Warning[] {
  const settings = flags.format === 'text' ? [] : call.settings.warnings;
  return [
    ...settings.map((message) => ({ type: 'warning', code: 'PC2101', message }) as const),
    ...(inputIsUnused(flags, chain.uses) ? [{ type: 'warning', code: 'PC2027', message: UNUSED_INPUT } as const] : []),
  ];
}

const UNUSED_INPUT = 'an input is given, but no step of the chain reads {input}';
