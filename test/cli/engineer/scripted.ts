import type { FakeRequest, Reply } from '../../fake/provider.ts';

/** What judge, improver and task model say; each gets the text it was asked and how often it was asked before. */
export interface Script {
  critique?(prompt: string, before: number): string;
  revise?(prompt: string, before: number): string;
  /** The whole answer to a comparison. */
  choose?(prompt: string, before: number): string;
  /** Inputs to try a prompt on. */
  makeUp?(prompt: string, before: number): string;
  /** Everything else: the prompt itself, tried. */
  answer?(prompt: string, before: number): string;
}

/** A provider that plays the models of `engineer improve`. */
export function scripted(script: Script): (request: FakeRequest) => Reply {
  const counts = new Map<string, number>();
  return (request) => {
    const prompt = promptOf(request);
    const role = roleOf(prompt);
    const before = counts.get(role) ?? 0;
    counts.set(role, before + 1);
    return { text: (script[role] ?? STANDARD[role])(prompt, before) };
  };
}

export function roleOf(prompt: string): keyof Script {
  if (prompt.startsWith('You review a prompt')) return 'critique';
  if (prompt.startsWith('You edit a prompt')) return 'revise';
  if (prompt.startsWith('You make up inputs')) return 'makeUp';
  return prompt.includes('WINNER: first') ? 'choose' : 'answer';
}

/** The text that was asked, whatever the protocol. */
export function promptOf({ body }: FakeRequest): string {
  const list = (body.messages ?? body.input) as { content: string | { text: string }[] }[];
  const content = list.at(-1)?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}

export function problems(...found: { quote: string; problem: string; severity?: string }[]): string {
  return JSON.stringify({ problems: found.map((one) => ({ aspect: 'clarity', fix: 'say it', severity: 'high', ...one })) });
}

export function hunk(search: string, replace: string, reason = 'It is clearer.'): string {
  return `REASON: ${reason}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`;
}

/** Says which of the two has these words in it. */
export function prefers(words: string): (prompt: string) => string {
  return (prompt) => {
    const [, first = ''] = /<first>\n([\s\S]*?)\n<\/first>/.exec(prompt) ?? [];
    return `It has more in it.\nWINNER: ${first.includes(words) ? 'first' : 'second'}`;
  };
}

/** A vague line is found, made precise, and preferred. */
const STANDARD: Required<Script> = {
  critique: (prompt) =>
    prompt.includes('Be good.') ? problems({ quote: 'Be good.', problem: 'nobody knows what good is' }) : problems(),
  revise: () => hunk('Be good.', 'Answer in one sentence.'),
  choose: prefers('one sentence'),
  makeUp: () => JSON.stringify({ inputs: ['a day', 'a night', 'a day', 'noon'] }),
  answer: (prompt) => (prompt.includes('one sentence') ? 'one sentence' : 'a long text'),
};
