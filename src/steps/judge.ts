import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import { askAgain } from '../lib/answer-words.ts';

/** Looks at the answers of a loop; `data` is what the last one holds, undefined when that was none. */
export interface Judge {
  data: Json | undefined;
  check(text: string): AsyncGenerator<StepEvent, string | undefined>;
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
      judge.data = 'data' in read ? read.data : undefined;
      if ('problem' in read) return askAgain(read.problem);
      return next === undefined ? undefined : yield* next(read.data, text);
    },
  };
  return judge;
}
