import { bodyIn } from './body-in.ts';
import { chunks, completion } from './chat-answer.ts';
import { askedInChat, chatBody } from './chat-request.ts';
import type { Protocol } from './protocol.ts';

/** Chat Completions. */
export const CHAT: Protocol = {
  read(given) {
    const body = bodyIn(given, chatBody);
    return {
      model: body.model,
      stream: body.stream === true,
      asked: (chain) => askedInChat(body, chain),
      whole: completion,
      frames: (heading, answer, problem) =>
        chunks(answer, { heading, problem, usage: body.stream_options?.include_usage === true }),
    };
  },
};
