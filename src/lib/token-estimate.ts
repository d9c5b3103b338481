import type { ModelParams, ModelRequest } from '../core/model.ts';

/**
 * About how many tokens a text has, without a model's own tokenizer: four characters of English to a token, and one for each
 * character outside ASCII. Good to a fifth for prose and code; whoever knows the provider's count uses that instead.
 */
export function estimateTokens(text: string): number {
  let others = 0;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 127) others += 1;
  return Math.ceil((text.length - others) / 4 + others);
}

/** The same of all that a request makes the model read. */
export function estimateInput({ system = '', messages, tools, format }: ModelRequest): number {
  const offered = tools === undefined || tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools));
  const shape = format === undefined ? 0 : estimateTokens(JSON.stringify(format.schema));
  const texts = messages.map((message) => {
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : [];
    const said = [message.text, ...calls.map((call) => call.name + call.arguments)];
    return said.reduce((sum, text) => sum + estimateTokens(text), PER_MESSAGE);
  });
  return texts.reduce((sum, tokens) => sum + tokens, estimateTokens(system) + offered + shape);
}

/** Tokens that mark where a message begins and ends. */
const PER_MESSAGE = 4;

/** Tokens for a request to a model that reads and writes so many: the estimate may be a fifth too low, and an answer needs room. */
export function roomIn(window: number, { max_tokens: answer = Math.min(4096, window / 4) }: ModelParams): number {
  return (window - answer) * 0.8;
}
