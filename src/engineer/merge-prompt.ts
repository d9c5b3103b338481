import { type Masked, mask } from './mask.ts';
import type { Component } from './texts.ts';
import { OPEN } from './written-prompt.ts';

/** What the optimiser model is asked about two versions of a text that learnt different things. */
export function mergePrompt({ step }: Component, first: Masked, second: string, maxCharacters: number): string {
  const draft = (text: string) => `<draft>\n${text}\n</draft>`;
  return [
    `These are two versions of the prompt of the step "${step}". Each learnt what the other does not know.`,
    draft(first.text),
    draft(mask(second, first).text),
    [
      'Rules:',
      '- Write one prompt with the rules of both. Where they contradict each other, follow the first.',
      '- Keep every token such as ⟦P1⟧ exactly as often as it stands in the first version.',
      `- The new prompt has at most ${maxCharacters} characters.`,
    ].join('\n'),
    `Answer with the whole new prompt between ${OPEN} and </new_prompt>.`,
  ].join('\n\n');
}
