import type { Topic } from './topic.ts';

export const serve: Topic = {
  name: 'serve',
  summary: 'chains over HTTP: addresses, statuses, safety, limits, how it stops',
  text: async () => `promptchain serve chain.yaml answers at http://127.0.0.1:8080: the page at /, OpenAI's API under /v1 ("promptchain help
openai"), MCP at /mcp ("help mcp-server"), a WebSocket chat at /chat/<chain> ("help websocket"), and these:

  GET  /chains, /chains/<chain>   what is served, with inputs and what may be overridden
  POST /chains/<chain>/runs       run it: {"input": "…", "inputs": {…}, "user": "…", "overrides": {…}}
  GET  /runs, /runs/<id>          runs of the served chains, newest first (?chain=, ?limit=); one with its result,
                                  which is null while it goes on
  GET  /runs/<id>/events          its events so far, deltas of what goes on only, then those that come; ?after=<seq>
  POST /runs/<id>/cancel          ends it
  GET  /memory, /memory/<name>    what the chains remember, with --show-memory only: all of the store
  GET  /healthz, /readyz          the process answers; it takes new work (503 once it is stopping)
  GET  /metrics, /openapi.json    Prometheus' text format; OpenAPI 3.1

A run answers with server-sent events ("help events"), the id of each being its seq; a silent stream gets a comment every
15 s (--heartbeat). {"stream": false} answers with the result ("promptchain schema result"), {"background": true} with
202 and a Location: that run goes on without anyone. Otherwise a client that goes away ends its run, and one that takes
nothing for 30 s (--drop-after) is hung up on; while it is slow, so is its run. The header X-Run-Id names the run.

The status of a result
  200  success
  400  the input, a value or an override does not fit
  409  a gate needs a person
  422  the output or the objective was not met, a limit was reached, the model refused, the prompt is too long
  429  the provider's rate limit (Retry-After), 503 overloaded or interrupted, 504 time-out, 502 its other failures
  500  the chain failed for another reason
What is refused before that: 400, 404, 405 (Allow), 408, 413 (--max-body), 415, 421, 429 and 503 (Retry-After), 401, 403.
Bodies are {"error": {"code", "message", "help"}}; under /v1 they are OpenAI's. No path of this machine is in them. What
commands write to stderr and functions to their console, and what they failed with, is for the operator: in the journal
(promptchain runs show <id>) and, with -v, in a line on stderr. --show-log shows it to clients too.

Safety. The server listens on this machine alone. --host with an address that others reach needs a token, from
--token-file or PROMPTCHAIN_SERVE_TOKEN: clients send "Authorization: Bearer <token>", a WebSocket in a page adds the
subprotocol "bearer.<token>", and the page asks for it. It is taken from no address, and stands in no log. There is no
TLS: put a proxy that ends it in front. Requests for other hosts than loopback names, this address and --allow-host, and
those of pages of other origins than this one and --allow-origin, are refused. Clients give inputs: never files, commands
or servers. --allow-override model=openai/*,temperature says what else they may set; a model's key must be there. Whoever
holds the token is one party: every client may see and cancel every run of the served chains. A conversation is for who
knows the id of its session, and those of promptchain chat are reached by no client.

Limits. --max-runs 500 at once, --max-runs-per-client, --rate 60/m of one client (off unless given), --max-body 4mb,
--request-timeout 30s for a request to arrive; and --timeout, --max-cost, --max-tokens-total and --max-turns of each run.
A client is an address: behind a proxy all are one.

Chains are read once, at the start; functions and scripts when they run, so each run asks first whether they are still
what was trusted: if not, it is refused with 503 until the server is started again. The MCP servers of a chain are started
by its first run, stay up, and are started anew when they have died. Journals are kept as by "promptchain run" (--no-save keeps none), so runs that were interrupted
are taken up with "promptchain runs resume". A line on stderr tells of each request and run, without any text, of a
WebSocket (101) at its end; -q leaves them out.

SIGTERM and SIGINT stop it: what is new is answered with 503, what runs has 10 s (--grace) and is then ended, and its
journal says so; the exit code is 0. A second signal ends it at once.`,
};
