import type { Topic } from './topic.ts';

export const openai: Topic = {
  name: 'openai',
  summary: 'chains as models of OpenAI\'s API, by "promptchain serve"',
  text: async () => `promptchain serve chain.yaml answers to OpenAI's API at http://127.0.0.1:8080/v1: GET /v1/models, POST
/v1/chat/completions and POST /v1/responses, streamed or not. The name of a chain is the model; the key is the token of
the server, or anything where it has none.

What becomes of a request
  the last user message   {input}; several parts of text are joined by line breaks
  the messages before it  turns, for steps with "history" and for {history}. Those of one side that follow each other are
                          one, joined by an empty line; what stands before the first user message, and empty messages,
                          are left out; where users have different names, each text begins with its name
  system, developer,      the input named "system", if the chain declares one; together, joined by an empty line
  instructions
  inputs                  values of the inputs that the chain declares: {"inputs": {"tone": "dry"}} beside "messages"
  user                    {user}
  temperature, stop, …    set on the chain's models, where the server allows it: --allow-override temperature,max_tokens

Ignored. What has no effect is listed in the response header x-promptchain-ignored: parameters that clients may not set,
"system" where no input takes it, "history" where no step reads it, "input" where nothing reads {input}.

Refused, with status 400 and the field in "param", because the answer would not be what was asked for: images, sound and
files; tools, functions and messages about calls (a chain calls its own tools); n above 1; logprobs and logit_bias;
response_format and text.format other than text; stop, unless clients may set it; previous_response_id, conversation and
background (no responses are kept: send the messages so far).

The answer. Its id holds the id of the run (promptchain runs show), and so does the header x-request-id. The text is the
output of the chain; thoughts of the last model are in reasoning_content, or in a reasoning item of Responses. The usage
is that of all steps together. finish_reason is that of the step that gave the output.

Errors have OpenAI's form; "code" is one of "promptchain help errors", or OpenAI's own word where clients look for it. A
provider that limits the rate is 429 with retry-after; one that is down 502, 503 or 504; a key or an account of the server
that is refused 502; a chain that fails 500, or 422 if its answer did not fit or a limit was reached. The header
x-should-retry says whether to try again. A failure in the middle of a stream is an event "error", and no end mark comes.
A client that goes away ends its run.`,
};
