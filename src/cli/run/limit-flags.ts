import { InvalidArgumentError, type Command as Parser } from 'commander';
import type { Limits } from '../../core/limits.ts';
import type { Call } from '../command.ts';

/** The options that bound what a run may use. Each goes over what the chain says under `limits`. */
export function declareLimitFlags(parser: Parser): void {
  parser.option('--timeout <duration>', 'stop the run after this time, such as 90s or 10m');
  declareUseFlags(parser);
}

/** Those that `limitsIn` reads: of what is used up, not of time. */
export function declareUseFlags(parser: Parser): void {
  parser
    .option('--max-cost <dollars>', 'stop before the call that would cost more, such as 0.50', amount)
    .option('--max-tokens-total <n>', 'stop before the call that would use more tokens', wholeNumber)
    .option('--max-turns <n>', 'stop after so many calls to models', wholeNumber);
}

export function limitsIn({ maxCost, maxTokensTotal, maxTurns }: Call['options']): Omit<Limits, 'timeMs'> {
  return {
    ...(maxCost === undefined ? {} : { cost: maxCost as number }),
    ...(maxTokensTotal === undefined ? {} : { tokens: maxTokensTotal as number }),
    ...(maxTurns === undefined ? {} : { calls: maxTurns as number }),
  };
}

function amount(text: string): number {
  if (/^\$?\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text.replace('$', ''));
  throw new InvalidArgumentError('It is not an amount of dollars, such as 0.50.');
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is not a whole number from 1.');
}
