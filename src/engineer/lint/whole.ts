import type { Found, Rule } from './rule.ts';
import { found } from './rule.ts';

const MOST_CHARACTERS = 16_000;

/** Rules about the prompt as a whole. */
export const WHOLE: readonly Rule[] = [
  {
    rule: 'empty',
    severity: 'high',
    check: (text) =>
      /[\p{L}\p{N}]/u.test(text) ? [] : [{ quote: '', problem: 'the prompt says nothing', fix: 'say what is to be done' }],
  },
  {
    rule: 'too-long',
    severity: 'low',
    check: (text) =>
      text.length <= MOST_CHARACTERS
        ? []
        : [
            {
              quote: '',
              problem: `the prompt has ${text.length} characters`,
              fix: 'keep what changes answers, and take the rest out',
            },
          ],
  },
  { rule: 'mixed-languages', severity: 'low', check: mixedScripts },
  {
    rule: 'hidden-characters',
    severity: 'medium',
    check: (text) =>
      found(text, /\S*[\u200b\u2060\u00ad\u202a-\u202e\u2066-\u2069\ufeff]\S*/g, {
        problem: 'it has a character that nobody sees and the model gets',
        fix: 'type the word again',
      }),
  },
  {
    rule: 'pasted-key',
    severity: 'high',
    check: (text) =>
      found(text, /\b(?:sk-[\w-]{20,}|ghp_\w{30,}|AKIA[0-9A-Z]{16}|xox[abp]-[\w-]{20,})/g, {
        problem: 'it looks like a key, and would be sent with every call',
        fix: 'take it out and have it revoked',
      }).map((finding) => ({ ...finding, quote: finding.quote.slice(0, 6) })),
  },
];

function mixedScripts(text: string): Found[] {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter)).length;
  const share = Math.min(latin, letters.length - latin) / Math.max(1, letters.length);
  if (share < 0.2) return [];
  return [{ quote: '', problem: 'the prompt is in two languages', fix: 'give the instructions in one' }];
}
