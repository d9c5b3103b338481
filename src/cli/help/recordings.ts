import type { Topic } from './topic.ts';

export const recordings: Topic = {
  name: 'recordings',
  summary: 'recorded runs that answer again, answers you write yourself, and the cache',
  text: async () => `  promptchain run chain.yaml -i "text" --record tape.jsonl    run it, keep what models and tools were asked and said
  promptchain run chain.yaml -i "text" --replay tape.jsonl    run it again from that file alone

A replay needs no key, starts no server and opens no connection. It gives the same bytes on stdout, streams answers in
the pieces they came in, fails where the recorded run failed, and waits for nothing. A request that was not recorded
ends it with exit code 1 and shows what differs from the nearest one that was, whatever on_error says.

The file is a line of JSON for each request, in the order they ended. A request is found by the SHA-256 of all that
decides its answer: the model, the system text, the messages, the parameters and the tools; of a tool call, its name
and arguments. One that was made several times is answered in the order recorded, then with the last answer.

Traffic is what models and tools of MCP servers and built-in tools are asked. Commands and functions of the chain run
in a replay as ever, and so do memory.get, memory.set and memory.list. files.write writes nothing in a replay.

Keys are in no recording, and secrets stand there as ***. They are masked before the request is hashed, so that nobody
can try out guesses against the hash, and a replay with another secret in the same place finds the same answer. The
file can be read by its owner alone, and is in place only once the run has ended; a file of that name stays until
then. A run taken up with runs resume goes on with the recording it began, unless it was killed before it could put
that in place.

For tests of a chain, answers can be written by hand:

  promptchain run chain.yaml -i "text" --stubs stubs.yaml

  steps:
    summary: "Any number of times the same."
    kind: { json: { kind: bug } }          the text is this, as JSON
    "evidence/*": "for every step of the group"
    answer:                                one after the other, turns of an agent too
      - calls: [{ tool: github.search, with: { q: cats } }]
      - error: rate_limit                  fails so, and is tried again without waiting
      - "The answer."
  tools:
    github.search: { json: [{ title: cats }] }
    github.get_*: { error: "not found" }
  default: "for every step without a stub"

A step is named by its id or its journal path: reply/draft, evidence[2] for one item; the longest name counts, then
the first pattern. A step or a tool without a stub, and a list that is used up, end the run with exit code 1; a stub
that nobody asked for is a warning. No key is needed and no server is started. Commands, functions and built-in tools
without a stub run as ever, but for http.fetch, which needs one. What a rule denies stays denied.

A step that asks a model may take an earlier answer to the same request instead, and so may all steps of a chain:

  cache: true        whenever there is one
  cache: 7d          if it is not older than that; also 90s, 10m, 12h
  cache: false       never, whatever stands at the top of the chain

The same request is one to the same model at the same address, with the same texts, parameters, schema and tools.
Answers that were cut at the token limit, refused or empty are not kept, nor is anything that holds a secret; an
attempt after a failed one asks anew. A cached answer costs nothing, counts no tokens and is marked cached. Commands,
functions and tools are never cached. --no-cache asks in any case. The answers are files in the cache folder
(promptchain help environment), readable by their owner alone, 256 MB at most: the longest unused go first. They may
be deleted at any time.`,
};
