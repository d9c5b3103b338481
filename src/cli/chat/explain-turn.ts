import { EXIT } from '../../core/exit-code.ts';
import type { RunResult } from '../../core/run.ts';
import { explainRecord } from '../explain.ts';
import type { EndOptions } from '../run/progress.ts';

/** How a turn failed: the error, and that the conversation does not have it. */
export function explainTurn(result: RunResult, { paint, cwd }: EndOptions): string {
  const { error, status, exit_code } = result;
  if (error === null || exit_code === EXIT.stdoutClosed) return '';
  if (status === 'interrupted') return `${paint.yellow('stopped')}: this turn is not kept in the conversation\n`;
  const partial = result.steps.some((step) => step.status === 'failed' && step.output !== '');
  return [
    ...(partial ? [`${paint.yellow('warning')}: the answer above is incomplete\n`] : []),
    explainRecord(error, { paint, cwd }),
    'this turn is not kept in the conversation\n',
  ].join('');
}
