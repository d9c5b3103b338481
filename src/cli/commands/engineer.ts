import type { Command } from '../command.ts';
import { engineerVerbs } from '../engineer/verbs.ts';

export const engineer: Command = {
  examples: [{ command: 'promptchain engineer eval chain.yaml --data cases.jsonl', note: 'how good is the chain?' }],
  verbs: engineerVerbs,
};
