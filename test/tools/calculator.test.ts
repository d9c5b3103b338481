import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { builtIn } from './toolbox.ts';

const calculate = await builtIn('calculator');
const resultOf = async (expression: string) => {
  const { text, isError } = await calculate({ expression });
  assert.equal(isError, false, `${expression}: ${text}`);
  return text;
};

for (const [expression, expected] of [
  ['sqrt(144)', '12'],
  ['2 + 3 * 4', '14'],
  ['(2 + 3) * 4', '20'],
  ['10 - 4 - 3', '3'],
  ['100 / 10 / 5', '2'],
  ['-2 ^ 2', '-4'],
  ['(-2) ^ 2', '4'],
  ['2 ^ 3 ^ 2', '512'],
  ['2 ** 10', '1024'],
  ['2 ^ -2', '0.25'],
  ['2 * -3', '-6'],
  ['--3', '3'],
  ['+3', '3'],
  ['10 % 3', '1'],
  ['-10 % 3', '-1'],
  ['5.5 % 2', '1.5'],
  ['0.1 + 0.2', '0.3'],
  ['1 / 3 * 3', '1'],
  ['1 / 3', '0.333333333333333'],
  ['.5 + 1.', '1.5'],
  ['1.5e3', '1500'],
  ['2E-2', '0.02'],
  ['123456789012345678901234567890 + 1', '123456789012345678901234567891'],
  ['10 ^ 100 / 10 ^ 99', '10'],
  ['2 ^ 0.5 * 2 ^ 0.5', '2'],
  ['sqrt(1/4)', '0.5'],
  ['sqrt(2) ^ 2', '2'],
  ['sqrt(10^200)', `1${'0'.repeat(100)}`],
  ['abs(-7/2)', '3.5'],
  ['round(2.5)', '3'],
  ['round(-2.5)', '-3'],
  ['round(2.675, 2)', '2.68'],
  ['round(1234, -2)', '1200'],
  ['round(pi, 4)', '3.1416'],
  ['floor(-1.5)', '-2'],
  ['ceil(-1.5)', '-1'],
  ['floor(3)', '3'],
  ['ceil(pi)', '4'],
  ['floor(10 * pi)', '31'],
  ['min(3, 1/2, 2)', '0.5'],
  ['max(3, 1/2, pi)', '3.14159265358979'],
  ['max(1)', '1'],
  ['ln(e)', '1'],
  ['log(e ^ 2)', '2'],
  ['log(8, 2)', '3'],
  ['log10(1000)', '3'],
  ['log2(1024)', '10'],
  ['exp(0)', '1'],
  ['sin(0) + cos(0) + tan(0)', '1'],
  ['PI - pi', '0'],
  ['6 × 7 ÷ 2 − 1', '20'],
  ['0 ^ 0', '1'],
  ['(-1) ^ 99999999999', '-1'],
  ['(-8) ^ (1/3 * 3)', '-8'],
] as const) {
  test(`${expression} = ${expected}`, async () => assert.equal(await resultOf(expression), expected));
}

for (const [expression, words] of [
  ['', /too small|fewer|>=1/i],
  ['   ', /ends where a number belongs/],
  ['1 +', /ends where a number belongs/],
  ['* 2', /"\*" at character 1/],
  ['(1', /ends where a closing bracket belongs/],
  ['1)', /"\)" at character 2 where an operator belongs/],
  ['2 3', /"3" at character 3 where an operator belongs/],
  ['2(3)', /"\(" at character 2 where an operator belongs/],
  ['1,000', /"," at character 2.*thousands separators/],
  ['3 $ 4', /"\$" at character 3/],
  ['  🙂', /"🙂" at character 3/],
  ['sqr(4)', /"sqr" at character 1.*did you mean "sqrt"/],
  ['x + 1', /unknown name "x"/],
  ['constructor', /unknown name "constructor"/],
  ['__proto__(1)', /unknown name "__proto__"/],
  ['sqrt 4', /"\(" after sqrt/],
  ['sqrt()', /gives sqrt 0 numbers where it takes 1/],
  ['sqrt(1, 2)', /gives sqrt 2 numbers/],
  ['max()', /takes 1 or more/],
  ['1 / 0', /division by zero/],
  ['1 % (2 - 2)', /division by zero/],
  ['0 ^ -1', /division by zero/],
  ['sqrt(-1)', /negative number has no square root/],
  ['log(0)', /above 0/],
  ['log(8, 1)', /division by zero/],
  ['(-8) ^ (1/3)', /negative number has no such power/],
  ['2 ^ 99999', /more than 1,000 digits/],
  ['9 ^ 9 ^ 9 ^ 9', /more than 1,000 digits|too large/],
  ['exp(1000)', /too large/],
  ['1e99999', /out of range/],
  ['round(1, 0.5)', /whole number of digits/],
  [`${'('.repeat(400)}1${')'.repeat(400)}`, /nested more than/],
  ['1;process.exit()', /";" at character 2/],
] as const) {
  test(`an error says where and why: ${expression.slice(0, 40)}`, async () => {
    const { text, isError } = await calculate({ expression });
    assert.equal(isError, true, text);
    assert.match(text, words);
  });
}

test('the data is a number, or the digits where a number would lose some', async () => {
  assert.deepEqual((await calculate({ expression: '1/4' })).data, { result: 0.25 });
  assert.deepEqual((await calculate({ expression: '2^64' })).data, { result: '18446744073709551616' });
});

interface Sum {
  readonly text: string;
  readonly exact: bigint;
}

const whole: fc.Arbitrary<Sum> = fc.bigInt({ min: 0n, max: 10n ** 20n }).map((exact) => ({ text: String(exact), exact }));
const { sum } = fc.letrec<{ sum: Sum }>((tie) => ({
  sum: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    whole,
    tie('sum').map(({ text, exact }) => ({ text: `-(${text})`, exact: -exact })),
    fc.tuple(tie('sum'), fc.constantFrom('+', '-', '*'), tie('sum')).map(([a, sign, b]) => ({
      text: `(${a.text}) ${sign} (${b.text})`,
      exact: sign === '+' ? a.exact + b.exact : sign === '-' ? a.exact - b.exact : a.exact * b.exact,
    })),
  ),
}));

test('whole numbers are exact, whatever their size', async () => {
  await fc.assert(
    fc.asyncProperty(sum, async ({ text, exact }) => {
      fc.pre(text.length <= 1_000 && String(exact).length < 900);
      assert.equal(await resultOf(text), String(exact));
    }),
  );
});

test('without brackets the order of operations is that of JavaScript', async () => {
  const number = fc.integer({ min: 1, max: 99 });
  const sign = fc.constantFrom('+', '-', '*', '/', '%');
  await fc.assert(
    fc.asyncProperty(number, fc.array(fc.tuple(sign, number), { maxLength: 8 }), async (first, rest) => {
      const text = [first, ...rest.flat()].join(' ');
      const expected = new Function(`return ${text}`)() as number;
      const actual = Number(await resultOf(text));
      assert.ok(
        Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) || rest.some(([each]) => each === '%'),
        text,
      );
      if (!text.includes('/')) assert.equal(actual, expected, text);
    }),
  );
});

test('functions agree with those of JavaScript', async () => {
  const names = ['sqrt', 'exp', 'log', 'log10', 'log2', 'sin', 'cos', 'tan', 'floor', 'ceil', 'abs'] as const;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.integer({ min: 1, max: 500_000 }), async (name, thousandths) => {
      const expected = Math[name](thousandths / 1_000);
      const actual = Number(await resultOf(`${name}(${thousandths} / 1000)`));
      assert.ok(Math.abs(actual - expected) <= 1e-13 * Math.max(1, Math.abs(expected)), `${name} ${actual} ${expected}`);
    }),
  );
});

test('any text gives a number or a sentence, and never throws', async () => {
  const piece = fc.constantFrom(
    '1',
    '2.5',
    '(',
    ')',
    '+',
    '-',
    '*',
    '/',
    '^',
    '%',
    ',',
    'sqrt',
    'min',
    'pi',
    ' ',
    '1e9',
    '.',
    'x',
    '\n',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      async (expression) => {
        const { text, isError } = await calculate({ expression: expression.slice(0, 900) });
        assert.ok(isError ? /^the (expression|arguments)/.test(text) : Number.isFinite(Number(text)) || text.length > 300, text);
      },
    ),
    { numRuns: 500 },
  );
});
