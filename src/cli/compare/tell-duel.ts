import { dollars } from '../../lib/dollars.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { columns } from '../columns.ts';
import type { Call } from '../command.ts';
import { paintOut } from '../optimize/report/print.ts';
import { signed } from '../optimize/report/words.ts';
import type { RowVerdict, Standings } from './standings.ts';

export interface Told {
  readonly standings: Standings;
  readonly rows: readonly RowVerdict[];
  /** Inputs of which nothing is known. */
  readonly missing: readonly string[];
  readonly judge: string;
  readonly costUsd: number | null;
  readonly exitCode: number;
}

/** Prints a duel on stdout, as text or as JSON. */
export async function tellDuel(call: Call, asJson: boolean, told: Told): Promise<void> {
  if (asJson) await call.out.write(`${JSON.stringify(duelJson(told))}\n`);
  else await call.out.write(await duelText(call, told));
}

function duelJson({ standings, rows, missing, judge, costUsd, exitCode }: Told): object {
  const { verdict, contenders, best, ...figures } = standings;
  return {
    schema: 'promptchain.duel.v1',
    exit_code: exitCode,
    verdict,
    best,
    inputs: rows.length,
    ...figures,
    contenders,
    judge,
    cost_usd: costUsd,
    rows: rows.map(({ id, wins, votes }) => ({ id, winner: winnerOf({ id, wins, votes }, contenders), wins, votes })),
    missing,
  };
}

/** Who won more than half of the votes. */
function winnerOf({ wins, votes }: RowVerdict, contenders: Standings['contenders']): string | null {
  const index = wins.findIndex((one) => one > votes / 2);
  return contenders[index]?.name ?? null;
}

async function duelText(call: Call, { standings, rows, missing, judge, costUsd }: Told): Promise<string> {
  const { verdict, contenders, best, difference, low, high, p } = standings;
  const paint = await paintOut(call);
  const colour =
    verdict === 'improved' || verdict === 'best found' ? paint.green : verdict === 'worse' ? paint.red : paint.yellow;
  const said = { improved: 'the second is better', worse: 'the second is worse', 'best found': `${sanitize(best)} is the best` };
  const words = verdict === 'no significant difference' ? verdict : said[verdict];
  const interval = `${signed(difference)} [${signed(low)}, ${signed(high)}] on ${rows.length} inputs, p = ${p.toFixed(4)}`;
  const table = contenders.map(({ name, share, low: from, high: to }) => [
    sanitize(name),
    `won ${(100 * share).toFixed(0)} %`,
    `[${(100 * from).toFixed(0)}, ${(100 * to).toFixed(0)}]`,
  ]);
  const undecided = rows.filter(({ wins }) => wins.every((one) => one === 0)).length;
  const lines = [
    paint.bold(colour(`${words}: ${interval}`)),
    columns(table),
    `judged by ${judge}, blindly and in two orders; ${undecided} of ${rows.length} undecided${costUsd === null ? '' : `; ${dollars(costUsd)}`}`,
    ...(missing.length === 0 ? [] : [`no verdict: ${sanitize(missing.join(', '))}`]),
  ];
  return `${lines.join('\n')}\n`;
}
