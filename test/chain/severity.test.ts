import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { check } from './checking.ts';

const ECHO = 'models: [echo/x]\nsteps:\n  - { id: a, prompt: "{input}" }\n';
const PROMPT = (more: string): string => `${ECHO}  - { prompt: "{input}", ${more} }\n`;
const TEXT = (text: string): string => `${ECHO}  - prompt: '${text} {input}'\n`;

/** What would run and do another thing than was meant is an error; what may be meant is a warning. */
const ERRORS: readonly (readonly [code: string, text: string])[] = [
  ['PC3204', PROMPT(`if: 'steps.a.output == "yes"'`)],
  ['PC3204', `${ECHO}  - switch: steps.a.output.trim()\n    cases: { x: "{input}" }\n    default: "{input}"\n`],
  ['PC3204', `${ECHO}  - repeat: { max: 2, until: 'loop.output == "done"' }\n    prompt: "{input}"\n`],
  ['PC3204', `${ECHO}  - repeat: { max: 2, until: 'loop.output != "done"' }\n    steps: ["{input}"]\n`],
  ['PC3203', PROMPT(`if: 'size(input)'`)],
  ['PC3001', PROMPT(`if: 'nope > 3'`)],
  ['PC3005', PROMPT(`if: 'steps.a.outptu != ""'`)],
  ['PC3003', `${ECHO}  - "{steps.b.output}"\n  - { id: b, prompt: "{input}" }\n`],
  ['PC3002', `${ECHO}  - "{steps.nope.output}"\n`],
  ['PC3009', `${ECHO}  - { id: b, prompt: "{input}", if: input != "" }\noutput: "{steps.b.output}"\n`],
  ['PC1115', `${ECHO}  - run: "echo {input}"\n`],
  ['PC1102', PROMPT('promt: x')],
  ['PC1103', PROMPT('needs: a')],
  ['PC1006', `${ECHO}steps: ["{input}"]\n`],
  ['PC1107', `${ECHO}  - { prompt: "{input}", run: cat }\n`],
  ['PC1108', `${ECHO}  - { id: Not-One, prompt: "{input}" }\n`],
  ['PC1111', PROMPT('timeout: 90')],
  ['PC1202', 'models: [echo/x, echo/y]\nsteps: ["{input}", "{input}", "{input}"]\n'],
  ['PC1311', `${ECHO}  - { prompt: { file: ../../x.md } }\n`],
];

const WARNINGS: readonly (readonly [code: string, text: string])[] = [
  ['PC3110', TEXT('{{input}}')],
  ['PC3111', TEXT(`$${'{input}'}`)],
  ['PC3112', TEXT('{ input }')],
  ['PC3113', TEXT('{Input}')],
  ['PC3114', TEXT('{inptu}')],
  ['PC3009', `${ECHO}  - { id: b, prompt: "{input}", if: input != "" }\n  - "{steps.b.output} {input}"\n`],
  ['PC1401', `${ECHO}  - "reads nothing"\n`],
  ['PC1402', `${ECHO}  - set: "no name"\n`],
];

describe('of what is found', () => {
  for (const [severity, table] of [
    ['error', ERRORS],
    ['warning', WARNINGS],
  ] as const) {
    for (const [code, text] of table) {
      it(`${code} is ${severity === 'error' ? 'an error' : 'a warning'}: ${JSON.stringify(text.slice(ECHO.length))}`, () => {
        const { chain, problems } = check(text);
        assert.deepEqual(
          problems.map((problem) => [problem.code, problem.severity]),
          [[code, severity]],
        );
        assert.equal(chain === undefined, severity === 'error');
      });
    }
  }
});
