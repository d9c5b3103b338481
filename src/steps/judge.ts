import type { Verdict } from '../agent/task.ts';
import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import { askAgain } from '../lib/answer-words.ts';

/** Looks at the answers of a loop; `data` is what the last one that fits holds. */
export interface Judge {
  data: Json | undefined;
  check(text: string): AsyncGenerator<StepEvent, Verdict>;
}

/** `next` looks at what an answer of the right form holds. */
export function judgeOf(
  format: AnswerFormat,
  next?: (data: Json, text: string) => AsyncGenerator<StepEvent, string | undefined>,
): Judge {
  const judge: Judge = {
    data: undefined,
    async *check(text) {
      const { readAnswer } = await import('../lib/read-answer.ts');
      const read = readAnswer(text, format);
      if ('problem' in read) return { fits: false, problem: askAgain(read.problem) };
      judge.data = read.data;
      return { fits: true, problem: next === undefined ? undefined : yield* next(read.data, text) };
    },
  };
  return judge;
}
