import type { Command } from '../command.ts';
import { engineerVerbs } from '../engineer/verbs.ts';

export const engineer: Command = {
  examples: [
    { command: 'promptchain engineer improve prompt.md', note: 'a better prompt, without data' },
    { command: 'promptchain engineer lint chain.yaml', note: 'what is wrong with its prompts, without a model' },
    { command: 'promptchain engineer eval chain.yaml --data cases.jsonl', note: 'how good is the chain?' },
  ],
  verbs: engineerVerbs,
  without: 'improve',
};
