import { z } from 'zod';
import { evaluate } from './arithmetic.ts';
import { defineBuiltIn } from './built-in.ts';
import { exactText } from './exact.ts';

/** Arithmetic. */
export const calculator = defineBuiltIn({
  name: 'calculator',
  description:
    'Evaluates an arithmetic expression and gives the number. Operators: + - * / % (remainder, sign of the left side) ^ (power), ' +
    'parentheses. Functions: sqrt(x), abs(x), round(x) or round(x, digits), floor(x), ceil(x), min(a, b, …), max(a, b, …), ' +
    'exp(x), ln(x) and log(x) (natural), log(x, base), log10(x), log2(x), sin(x), cos(x), tan(x) (radians). Constants: pi, e. ' +
    'Whole numbers and fractions are exact; other results have 15 digits. No variables, no units, no thousands separators.',
  options: z.strictObject({
    expression: z.string().min(1).max(1_000).describe('such as sqrt(144) + 2^10 / 3'),
  }),
  effect: 'none',
  async run({ expression }) {
    const text = exactText(evaluate(expression));
    // A double would lose digits of a large whole number.
    return { text, data: { result: String(Number(text)) === text ? Number(text) : text } };
  },
});
