import { ROOTS } from '../../core/scope.ts';
import { FILTERS } from '../../template/filters.ts';
import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const templates: Topic = {
  name: 'templates',
  summary: 'placeholders, filters and conditions',
  text: async () => `A brace pair is a placeholder when it starts with one of these names. Every other brace is text and stays as it is:
JSON, CSS, \${x}.

${columns(ROOTS.map((root) => MEANING[root]))}

\\{input} is the literal text {input}; raw: true on a step turns all placeholders of that step off.

Filters follow a bar, as in {memory.tone | default "plain"}:

${columns(FILTERS.map(({ usage, summary }) => [usage, summary]))}

A value that is exactly one placeholder keeps its type. Inside other text, strings go in as they are and everything else
as compact JSON. What a placeholder brings in is never scanned again.

A shell command takes no placeholders. Values reach it on stdin, in $INPUT and through env:

  - run: 'grep -c "$WORD"'
    env: { WORD: "{inputs.word}" }

Conditions are CEL expressions over the same names, checked when the file is loaded:

  - if: inputs.tone == "brief" && size(input) > 200
    prompt: "Shorten: {input}"

"until" and "while" of a repeat can also read loop.output and loop.data, what the turn gave. A step that may not have
run has no output: say what to read then, as in {steps.fix.output | default "none"}.`,
};

const MEANING: Readonly<Record<(typeof ROOTS)[number], readonly [string, string]>> = {
  input: ['{input}', "the previous step's output; for the first step, the chain's input"],
  inputs: ['{inputs.name}', 'a declared input'],
  steps: ['{steps.id.output}', 'the output of an earlier step; also .data.field, .status, .error, .attempts, .cost, .duration'],
  memory: ['{memory.key}', "a value of the chain's memory namespace"],
  item: ['{item}', 'the item of a foreach; {item.field} of a map'],
  index: ['{index}', 'the number of the item or turn, from 0'],
  loop: ['{loop.turn}', 'the turn of a repeat, from 1; also .max, and .previous.id.output of the turn before'],
  run: ['{run.id}', 'the id of this run; {run.steps} is how many steps have completed'],
  stdin: ['{stdin}', 'the text on stdin, when the input comes from elsewhere'],
  history: ['{history}', 'what was said before in a chat, as text; empty at its first message and outside of one'],
  user: ['{user}', 'who speaks in a chat; empty when that is not known'],
};
