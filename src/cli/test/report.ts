import type { Chain } from '../../core/chain.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import type { Json } from '../../core/json.ts';
import { dollars } from '../../lib/dollars.ts';
import { caseLines } from '../../terminal/case-lines.ts';
import { figuresLine } from '../../terminal/evaluation-lines.ts';
import { displayPath } from '../../terminal/frame.ts';
import { annotations } from '../../terminal/github.ts';
import { colorLevel, openPaint } from '../../terminal/paint.ts';
import { canSpin, NO_SPINNER, openSpinner } from '../../terminal/spinner.ts';
import type { Call } from '../command.ts';
import type { Redactor } from '../redact.ts';
import type { TestFlags } from './flags.ts';
import { evaluationJson } from './json.ts';
import type { Summary } from './summary.ts';

/** Who tells an evaluation while it goes and when it is over. */
export interface Report {
  run(run: CaseRun): Promise<void>;
  end(end: End): Promise<void>;
}

interface End {
  readonly summary: Summary;
  readonly threshold: number | undefined;
  readonly durationMs: number;
  readonly exitCode: number;
  readonly error: Json;
  readonly chain: Chain;
}

interface About {
  readonly redactor: Redactor;
  readonly dataset: Dataset;
}

/** Stdout gets a line a case, in the order of the cases, and the figures last; or one JSON object at the end. */
export async function openReport(call: Call, flags: TestFlags, { redactor, dataset }: About): Promise<Report> {
  const { out, err, io, globals, settings } = call;
  const level = (isTTY: boolean) => colorLevel({ flag: globals.color, env: io.env, config: settings.config.color, isTTY });
  const paint = await openPaint(level(out.isTTY));
  const total = dataset.cases.length * flags.repeat;
  const spins = !globals.quiet && canSpin(err, io.stderr, io.env);
  const spinner = spins ? await openSpinner(io.stderr, level(true)) : NO_SPINNER;
  const options = { paint, cwd: io.cwd, repeated: flags.repeat > 1, verbose: globals.verbose };
  let [told, failed]: [number, number] = [0, 0];
  let costUsd: number | null = 0;
  const tell = (): void => {
    const notes = [
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(costUsd === null ? ['cost unknown'] : costUsd === 0 ? [] : [dollars(costUsd)]),
    ];
    spinner.show([`${told} of ${total} ${flags.repeat > 1 ? 'runs' : 'cases'}`, ...notes].join(', '));
  };
  tell();
  return {
    async run(run) {
      told += 1;
      failed += Number(run.score?.pass === false);
      const judged = run.score === undefined ? 0 : run.score.costUsd;
      costUsd = costUsd === null || run.costUsd === null || judged === null ? null : costUsd + run.costUsd + judged;
      spinner.hide();
      if (!flags.json) await out.write(redactor.text(caseLines(run, options)));
      tell();
    },
    async end({ summary, threshold, durationMs, exitCode, error, chain: { name, file, sha256 } }) {
      spinner.hide();
      if (flags.json) {
        const chain = { name, file, sha256 };
        const json = evaluationJson(summary, { chain, dataset: dataset.file, threshold, durationMs, exitCode, error });
        await out.write(`${JSON.stringify(redactor.value(json))}\n`);
      } else await out.write(figuresLine({ ...summary, threshold, durationMs }, paint));
      if (io.env.GITHUB_ACTIONS === 'true' && !(flags.json && !err.isTTY))
        await err.write(redactor.text(failedCases(summary, io.cwd)));
    },
  };
}

/** What GitHub shows beside the lines of the cases. */
function failedCases({ cases }: Summary, cwd: string): string {
  const problems = cases.flatMap(({ case: { id, position }, status, runs }) => {
    if (status !== 'failed' && status !== 'error') return [];
    const bad = runs.find(({ score }) => score?.pass !== true);
    const reason = bad?.score?.reason ?? bad?.error?.message ?? '';
    const message = `case ${id} ${status === 'failed' ? 'failed' : 'has no verdict'} (${displayPath(position.file, cwd)}): ${reason}`;
    return [{ code: 'PC1520', severity: 'error' as const, message, position }];
  });
  return annotations(problems, cwd);
}
