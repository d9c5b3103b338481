import type { Topic } from './topic.ts';

export const flow: Topic = {
  name: 'flow',
  summary: 'branches, loops, cases, gates, and what happens after a failure',
  text: async () => `Steps run one after the other. What says otherwise:

  - parallel: { a: "…", b: [ … ] }       branches: together, none sees another; a map by name
    concurrency: 2                       at a time; by default all
  - switch: steps.kind.data.kind         one of the cases, compared as text
    cases: { bug: "…", question: [ … ] }
    default: "…"
  - foreach: steps.list.data             once for each {item}; a list in their order
    concurrency: 4                       at a time; by default one, or what -j says
    prompt: "Look at {item}"
  - repeat: { max: 3, until: steps.review.data.ok, on_max: continue }
    steps: [ … ]                         turns; each gets what the one before gave as {input}
  - approve: "Send this?\n\n{input}"      a person says yes, or the run ends
  - stop: nothing to do                  ends the chain well, or with status: failed not so
    if: size(input) == 0

foreach and repeat stand on any kind of step. Its "if" decides once about all of it; "retry" and "timeout" hold for each
item or turn. With "while" the condition is looked at before a turn, with "until" after it.

When a step fails, the chain fails, unless the step says:

  on_error: continue                     go on without it; an item or branch that fails leaves null in its place
  on_error: [ … ]                        run these steps in its place

A limit that is reached and Ctrl-C end the run whatever on_error says. A failed branch ends the branches beside it.

  finally: [ … ]                         at the top of the file: runs last, also after a failure, not after Ctrl-C

In journals and events a step inside others is named by a path: each[3], fix[0]/draft, views/topics/1, reply/angry/2,
sent/on-error/1, finally/1.`,
};
