import type { Case } from '../../core/dataset.ts';
import { LimitError } from '../../core/errors.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import { EXIT } from '../../core/exit-code.ts';
import { textOf } from '../../core/json.ts';
import type { Call } from '../command.ts';
import { createRedactor, type Redactor, secretsOf } from '../redact.ts';
import { listen } from '../run/listen.ts';
import { readyModels } from '../run/models.ts';
import { secretNames } from '../run/secret-names.ts';
import { benchRuns, meterFor } from '../test/evaluate.ts';
import { judgeModel, type Prepared } from '../test/prepare.ts';
import { exitOfRun } from '../test/verdict-of-run.ts';
import { bestOfChain, chosenIn, type Question, questionsAbout } from './choose-best.ts';
import { type Contender, contendersOf } from './contenders.ts';
import type { DuelFlags } from './flags.ts';
import { type RowVerdict, standingsOf } from './standings.ts';
import { tellDuel } from './tell-duel.ts';

/** Runs all contenders on the inputs and lets a judge choose blindly, in two orders; returns the exit code. */
export async function duelOf(call: Call, duel: DuelFlags): Promise<number> {
  const { flags } = duel;
  const contenders = await contendersOf(call, flags, duel.inputs);
  const [first] = contenders;
  const model = judgeModel(flags, first === undefined ? {} : first.prepared.chain);
  const judge = bestOfChain(call, model, contenders.length);
  const openJudge = await readyModels(call, { requireLlm: true, limits: flags.limits }, judge);
  const stop = new AbortController();
  const release = listen(call, flags.timeoutMs, (reason) => stop.abort(reason));
  try {
    const bench: Bench = { call, duel, stop, meter: meterFor(flags), spent: { costUsd: 0, errors: [] } };
    const answers: Answers[] = [];
    for (const contender of contenders) answers.push(await answersOf(bench, contender));
    const rows = (first?.prepared.dataset.cases ?? []).filter(({ id }) => answers.every((each) => each.has(id)));
    const dataset = { ...(first as Contender).prepared.dataset, cases: rows };
    const verdicts = await judged(
      bench,
      { chain: judge, dataset, inputs: new Map(), openModel: openJudge, judges: new Map() },
      answers,
    );
    const missing = (first?.prepared.dataset.cases ?? [])
      .map(({ id }) => id)
      .filter((id) => !verdicts.some((row) => row.id === id));
    const standings = standingsOf(
      contenders.map(({ name }) => name),
      verdicts,
    );
    const [failure] = bench.spent.errors;
    const won = standings.verdict === 'improved' || standings.verdict === 'best found';
    const exitCode = failure ?? (won ? EXIT.ok : EXIT.notMet);
    await tellDuel(call, flags.json, {
      standings,
      rows: verdicts,
      missing,
      judge: model,
      costUsd: bench.spent.costUsd,
      exitCode,
    });
    return exitCode;
  } finally {
    release();
  }
}

interface Bench {
  readonly call: Call;
  readonly duel: DuelFlags;
  readonly stop: AbortController;
  readonly meter: ReturnType<typeof meterFor>;
  readonly spent: { costUsd: number | null; errors: number[] };
}

/** By the id of the input; without those of which nothing is known. */
type Answers = ReadonlyMap<string, string>;

async function answersOf(bench: Bench, { name, prepared }: Contender): Promise<Answers> {
  const answers = new Map<string, string>();
  for await (const { case: own, answer, score } of runsOf(bench, prepared, { ...bench.duel.flags, chain: name })) {
    if (answer !== undefined) answers.set(own.id, textOf(answer.output));
    else if (score !== undefined) answers.set(own.id, '[it failed and gave no answer]');
  }
  return answers;
}

async function judged(bench: Bench, judge: Prepared, answers: readonly Answers[]): Promise<RowVerdict[]> {
  const { criterion, votes, flags } = bench.duel;
  const told = judge.dataset.cases.map((row) => ({
    id: row.id,
    input: [row.input ?? '', ...Object.entries(row.vars).map(([name, value]) => `${name}: ${textOf(value)}`)].join('\n').trim(),
    answers: answers.map((each) => each.get(row.id) ?? ''),
  }));
  // Where all say the same there is nothing to choose.
  const open = told.filter((row) => new Set(row.answers).size > 1);
  const questions = open.flatMap((row) => questionsAbout(row, { criterion, votes, file: judge.dataset.file }));
  const chosen = new Map<Question, number | undefined>();
  const byCase = new Map<Case, Question>(questions.map((question) => [question.asked, question]));
  const inputs = new Map(questions.map(({ asked, given }) => [asked, given]));
  const prepared = { ...judge, dataset: { ...judge.dataset, cases: questions.map(({ asked }) => asked) }, inputs };
  const { stubs: _, ...live } = flags;
  for await (const run of questions.length === 0 ? [] : runsOf(bench, prepared, live)) {
    const question = byCase.get(run.case);
    if (question !== undefined && run.answer !== undefined) chosen.set(question, chosenIn(run, question));
  }
  return told.flatMap(({ id, answers: own }) => {
    const asked = questions.filter(({ row }) => row === id);
    if (asked.some((question) => !chosen.has(question))) return [];
    const wins = own.map((_each, contender) => winsOf(contender, asked, chosen));
    return [{ id, wins, votes }];
  });
}

/** Votes in which both orders name the contender. */
function winsOf(contender: number, asked: readonly Question[], chosen: ReadonlyMap<Question, number | undefined>): number {
  const named = asked.map((question) => chosen.get(question) === contender);
  return named.filter((one, index) => index % 2 === 0 && one && named[index + 1] === true).length;
}

async function* runsOf(bench: Bench, prepared: Prepared, flags: DuelFlags['flags']): AsyncGenerator<CaseRun, void> {
  const { call, stop, meter, spent } = bench;
  const redactor: Redactor = createRedactor(secretsOf(call.io.env, secretNames(prepared.chain)));
  for await (const run of benchRuns(call, flags, prepared, stop, redactor, meter)) {
    spent.costUsd = spent.costUsd === null || run.costUsd === null ? null : spent.costUsd + run.costUsd;
    if (run.score === undefined) spent.errors.push(run.error === undefined ? EXIT.failed : exitOfRun(run.error));
    yield run;
    if (run.error?.reason === 'budget')
      throw new LimitError(`the duel ended before it was decided: ${run.error.message}`, {
        code: run.error.code,
        ...(run.error.help === undefined ? {} : { help: run.error.help }),
      });
  }
}
