import { ModelError } from '../core/errors.ts';
import type { AnswerFormat, Model, ModelRequest, ModelSpec } from '../core/model.ts';
import { extracted } from './extract-fields.ts';
import { pickSentences, sentencesOf } from './sentences.ts';
import { taskOf } from './task.ts';

/**
 * `offline/extractive`: answers a request to summarise or extract with sentences of the text itself, in their order, the same
 * ones every time; with a declared form, the choice or the fields that the text names. It is no language model: whatever else a prompt asks for is an error, never an invented answer.
 */
export function createExtractive(spec: ModelSpec): Model {
  return {
    spec,
    llm: false,
    async *stream(request, signal) {
      signal.throwIfAborted();
      const text = answer(request, spec);
      yield { type: 'text-delta', text };
      yield { type: 'finish', reason: 'stop', model: spec.id };
    },
  };
}

function answer(request: ModelRequest, spec: ModelSpec): string {
  if (spec.name !== 'extractive')
    throw cannot(spec, `there is no model "${spec.id}"`, 'the only offline model is offline/extractive');
  if ((request.tools ?? []).length > 0) throw cannot(spec, `${spec.id} cannot call tools`);
  const prompt = request.messages.findLast((message) => message.role === 'user')?.text ?? '';
  if (request.format !== undefined) return formed(request.format, prompt, spec);
  const task = taskOf(prompt);
  if (task === undefined) {
    throw cannot(spec, `${spec.id} can only summarise or extract: it cannot do "${shortened(prompt)}"`);
  }
  const sentences = sentencesOf(task.text);
  if (sentences.length === 0) {
    throw cannot(
      spec,
      `${spec.id} found no text to work on`,
      'write the request first, then a colon or an empty line, then the text',
    );
  }
  const picked = pickSentences(sentences, task);
  if (picked.length === 0) throw cannot(spec, `${spec.id} found no sentence of at most ${task.limit?.count} ${task.limit?.unit}`);
  return task.list ? picked.map((sentence) => `- ${sentence}`).join('\n') : picked.join(' ');
}

/** Only what stands in the text: a field or a choice that does not is no reason to make one up. */
function formed(format: AnswerFormat, prompt: string, spec: ModelSpec): string {
  const found = extracted(format, prompt);
  if ('text' in found) return found.text;
  throw cannot(spec, `${spec.id} only finds what a text says itself, and "${shortened(prompt)}" does not say ${found.missing}`);
}

function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

function cannot(
  spec: ModelSpec,
  message: string,
  help = 'name a language model with --model, or set a key: promptchain models detect',
): ModelError {
  return new ModelError(message, { code: 'PC5018', reason: 'bad_request', provider: spec.provider, help });
}
