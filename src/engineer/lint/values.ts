import type { Rule } from './rule.ts';
import { found, proseOf } from './rule.ts';

/** Rules about what comes into the prompt, and what is made of its answer. */
export const VALUES: readonly Rule[] = [
  {
    rule: 'unused-input',
    severity: 'medium',
    check: (_, { unused = [] }) =>
      unused.map((name) => ({ quote: '', problem: `{${name}} is never used`, fix: `put {${name}} where the model needs it` })),
  },
  {
    rule: 'output-contract',
    severity: 'high',
    check: (text, { parsesJson = false }) =>
      parsesJson && !/json/i.test(text)
        ? [
            {
              quote: '',
              problem: 'the answer is parsed as JSON, which the prompt does not say',
              fix: 'say which JSON to answer with',
            },
          ]
        : [],
  },
  {
    rule: 'unknown-placeholder',
    severity: 'medium',
    check: (text) =>
      found(proseOf(text), /(?<![\\{$])\{(?!(?:input|item|index|stdin|history|user)\})[a-z]\w*\}(?!\})/gi, {
        problem: 'it looks like a placeholder and is sent as it stands',
        fix: 'write {input}, {inputs.name} or {steps.id.output}, or put it in backquotes',
      }),
  },
  {
    rule: 'bare-input',
    severity: 'low',
    check: (text) =>
      found(text, /^.*[\p{L}\p{N}][ \t]+\{(?:input|steps\.[\w.]+)\}.*$/gmu, {
        problem: 'a value stands in the middle of the instructions, and could be read as one',
        fix: 'put it on lines of its own, between tags',
      }),
  },
  {
    rule: 'repeated-value',
    severity: 'low',
    check: (text) => {
      const values: readonly string[] = text.match(/\{(?:input|steps\.[\w.]+\.output|stdin)\}/g) ?? [];
      const twice = values.filter((value, index) => values.indexOf(value) !== index);
      return [...new Set(twice)].map((quote) => ({
        quote,
        problem: 'the same value is sent more than once, and paid for each time',
        fix: 'put it in once, between tags, and speak of the tag',
      }));
    },
  },
];
