import { found, proseOf, type Rule } from './rule.ts';

/** Rules about single words and lines. */
export const WORDING: readonly Rule[] = [
  {
    rule: 'todo',
    severity: 'high',
    check: (text) =>
      found(text, /\b(?:TODO|FIXME|TBD|XXX)\b.*|lorem ipsum.*/g, {
        problem: 'something was left to do',
        fix: 'write it or take it out',
      }),
  },
  {
    rule: 'nowhere-reference',
    severity: 'medium',
    check: (text) =>
      found(
        text,
        /\b(?:as (?:mentioned|described|shown|stated) (?:above|before|earlier|previously)|see above|the previous (?:example|prompt|conversation))\b/gi,
        { problem: 'it refers to something that may not be there', fix: 'say it again, or name the section' },
      ),
  },
  {
    rule: 'leftover-talk',
    severity: 'medium',
    check: (text) =>
      found(text, /^(?:here(?:'s| is) (?:the|your|an?) (?:improved|revised|updated|rewritten|new) .*|let me know if .*)$/gim, {
        problem: 'it is talk about the prompt, left from who wrote it',
        fix: 'take it out',
      }),
  },
  {
    rule: 'missing-examples',
    severity: 'medium',
    check: (text) =>
      /<examples?>|\bexamples?\s*(?:\d+\s*)?:|^#+ .*example|\be\.g\.|\bfor example\b|```/im.test(text)
        ? []
        : found(text, /\b(?:follow|like|see|as in) (?:the|these|those) examples?\b(?: below| above)?/gi, {
            problem: 'it speaks of examples, and there are none',
            fix: 'add them, or take the words out',
          }),
  },
  {
    rule: 'only-forbids',
    severity: 'low',
    check: (text) =>
      found(text, /^[ \t]*(?:[-*] )?(?:do not|don't|never|avoid)\b.*$/gim, {
        problem: 'it forbids without saying what to do instead',
        fix: 'add what to do instead',
      }).filter(({ quote }) => !/\b(?:instead|but|rather|unless|except)\b/i.test(quote)),
  },
  {
    rule: 'vague',
    severity: 'low',
    check: (text) =>
      found(text, /\b(?:etc\.|and so on|as appropriate|if necessary|and\/or)/gi, {
        problem: 'it leaves open what is meant',
        fix: 'name the cases',
      }),
  },
  {
    rule: 'shouting',
    severity: 'low',
    check: (text) => {
      const loud = proseOf(text).match(/\b(?:MUST|NEVER|ALWAYS|IMPORTANT|CRITICAL|DO NOT)\b/g) ?? [];
      return loud.length < 5
        ? []
        : [
            {
              quote: loud[0] ?? '',
              problem: `${loud.length} words shout: none of them stands out`,
              fix: 'keep the one that matters most',
            },
          ];
    },
  },
];
