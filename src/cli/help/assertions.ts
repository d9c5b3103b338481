import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const assertions: Topic = {
  name: 'assertions',
  summary: 'cases, datasets and the assertions of promptchain test',
  async text() {
    const { ASSERTIONS } = await import('../../eval/assertions/index.ts');
    return `A case is one run of a chain and what its output should be; a dataset is a file of cases. A chain may list its own:

  tests:
    - input: "My order came broken"
      expected: refund
    - vars: { ticket: "Where is it?", tier: gold }
      assert:
        - { type: contains, value: tracking, weight: 2, metric: facts }
        - { type: not-contains, value: sorry }
        - { type: llm-rubric, value: "polite, at most two sentences", metric: tone }

or name one with tests: {file: cases.jsonl}; --data goes over both. A dataset is .yaml or .json (a list of cases, or a promptfoo
configuration with its tests), .jsonl (a case a line) or .csv.

${columns(CASE_KEYS)}

Types of assertion; each also with not- before it:

${columns(Object.entries(ASSERTIONS).map(([type, { summary }]) => [type, summary]))}

${columns(ASSERTION_KEYS)}

  assert-set  assertions under "assert" that count as one, with a threshold and weight of their own

The score of a case is the mean of its assertions by weight. Without a threshold all have to pass; with one the score decides. So
it is with an assert-set, and with all cases: without --threshold every case has to pass.

A run that fails by itself (a refusal, a command, an answer in a wrong form) scores 0. A run that could not be made (a missing key,
a rate limit, a network) has no verdict and counts neither way: it decides the exit code.

In CSV columns are vars. Those with two underscores say the rest: __expected, __expected1 and so on hold an assertion each, as
"contains: text", "levenshtein(2): text" or a text to equal; __metric, __threshold, __description, __metadata:name,
__config:__expected1:threshold, __split, __why, __rating, __weight, __id.

JavaScript of a dataset runs in a thread of its own, once the chain is trusted with it. {{name}} in a value is a var of the case.`;
  },
};

const CASE_KEYS: readonly (readonly string[])[] = [
  ['id, description', 'name the case in reports'],
  ['input, vars', '{input}, and the inputs of the chain; a list among the vars stands for a case each'],
  ['expected', 'a text to equal, spaces around it aside, or a map whose fields are compared'],
  ['assert', 'the assertions'],
  ['threshold, weight', 'the score to reach, and how much the case counts'],
  ['metadata', 'for --filter name=value; "category" groups cases'],
  ['split, why, rating', 'for who improves prompts: train, val or test; why the answer is right; good or bad'],
  ['memory', "true: run with the user's memory; by default each run has an empty one of its own"],
];

const ASSERTION_KEYS: readonly (readonly string[])[] = [
  ['weight', 'by default 1; with 0 it cannot fail'],
  ['threshold', 'the least score, or the most of latency (ms), cost ($) and levenshtein (edits)'],
  ['metric', 'assertions of one name also get a score together'],
  ['transform', 'JavaScript that gives what is checked, such as JSON.parse(output).label'],
  ['step', "the id of a step whose output is checked instead of the chain's"],
  ['message', 'what to say when it fails'],
];
