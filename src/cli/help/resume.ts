import type { Topic } from './topic.ts';

export const resume: Topic = {
  name: 'resume',
  summary: 'going on with a run, using an earlier one, running a part of a chain',
  text: async () => `After a change of a chain: a new run that takes what still holds from an earlier one.

  promptchain run chain.yaml --resume --plan      what would be reused and what would run; calls nothing
  promptchain run chain.yaml --resume             the last run of this chain; or --resume <run>
  promptchain run chain.yaml --from review        this step and what follows, whatever was recorded
  promptchain run chain.yaml --until draft        no further than this step
  promptchain run chain.yaml --only review        this step alone

A step is reused when three things hold: the file says the same about it (prompt files, model and parameters included),
every value it reads is the same, and nothing it reads ran anew. Steps that failed run again. Commands and functions may
see more than that, such as files or the time: name them with --from when they have to look again.

  reuse     its recorded result holds; it costs nothing
  changed   it has a result, of another definition or other values
  run       it has none, or what it reads runs anew
  skip      its condition does not hold

Of a step whose values are not known yet the plan can only say that it runs.

After a crash, a failure or a limit: the same run, with its files as they were.

  promptchain runs resume <run>

What finished is not done again, and a failure that the run went on after stays one. A run that can go on says so when
it ends.`,
};
