import { bodyIn } from './body-in.ts';
import type { Protocol } from './protocol.ts';
import { response, responseEvents } from './responses-answer.ts';
import { askedInResponses, responsesBody } from './responses-request.ts';

/** Responses. */
export const RESPONSES: Protocol = {
  read(given) {
    const body = bodyIn(given, responsesBody);
    return {
      model: body.model,
      stream: body.stream === true,
      asked: (chain) => askedInResponses(body, chain),
      whole: response,
      frames: (heading, answer, problem) => responseEvents(answer, { heading, problem }),
    };
  },
};
