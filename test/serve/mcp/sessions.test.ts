import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSessions, type Sessions } from '../../../src/serve/mcp/sessions.ts';
import { Refused } from '../../../src/serve/refusal.ts';
import type { ServedChain, StartedRun } from '../../../src/serve/service.ts';
import { within } from '../serving.ts';

const CHAIN: ServedChain = {
  name: 'one',
  inputs: {},
  takesInput: false,
  conversational: false,
  changes: false,
  outline: [],
  overridable: [],
};
const INITIALIZE = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

test('the session that was silent longest has to go for a new one, and a silent one after a while', async () => {
  const sessions = open({ most: 2 });
  const first = await begin(sessions);
  const second = await begin(sessions);
  assert.equal(await statusOf(sessions, first), 200);
  await begin(sessions);
  assert.deepEqual([await statusOf(sessions, first), await statusOf(sessions, second)], [200, 404]);
  const silent = open({ idleMs: 0 });
  const old = await begin(silent);
  await begin(silent);
  assert.equal(await statusOf(silent, old), 404);
});

test('a session with a call that goes on stays, and where all have one, no more may begin', async () => {
  let ended = 0;
  const sessions = open({ most: 1 }, () => (ended += 1));
  const busy = await begin(sessions);
  const leave = new AbortController();
  const call = { id: 7, method: 'tools/call', params: { name: 'one', arguments: {} } };
  const answer = await ask(sessions, call, busy, leave.signal);
  await assert.rejects(begin(sessions), (error) => error instanceof Refused && error.refusal.status === 503);
  leave.abort();
  await within(answer.text(), 'the call does not end');
  assert.equal(ended, 1);
  assert.notEqual(await begin(sessions), busy);
});

function open(options: { readonly most?: number; readonly idleMs?: number }, aborted?: () => void): Sessions {
  const start = async (): Promise<StartedRun> => endless(aborted);
  return createSessions({ chains: [CHAIN], start }, { version: '1', heartbeatMs: 60_000, ...options });
}

/** A run that goes on until it is told to end. */
function endless(aborted: (() => void) | undefined): StartedRun {
  let abort: (error: Error) => void = () => undefined;
  const end = new Promise<never>((_, reject) => {
    abort = reject;
  });
  return {
    id: 'run',
    events: (async function* () {
      yield await end;
      return await end;
    })(),
    abort() {
      aborted?.();
      abort(new Error('ended'));
    },
  };
}

async function begin(sessions: Sessions): Promise<string> {
  const response = await ask(sessions, { id: 0, ...INITIALIZE });
  return response.headers.get('mcp-session-id') ?? '';
}

function statusOf(sessions: Sessions, session: string): Promise<number> {
  return ask(sessions, { id: 1, method: 'tools/list' }, session).then(
    ({ status }) => status,
    (error: Refused) => error.refusal.status,
  );
}

function ask(sessions: Sessions, message: object, session?: string, signal: AbortSignal | null = null): Promise<Response> {
  const headers = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  };
  const request = new Request('http://localhost/mcp', { method: 'POST', headers, body: '{}', signal });
  return sessions.answer(request, { jsonrpc: '2.0', ...message }, {});
}
