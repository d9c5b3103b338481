import { fit } from '../../conversation/fit.ts';
import { Failure } from '../../core/errors.ts';
import type { Warning } from '../../core/event.ts';
import { EXIT } from '../../core/exit-code.ts';
import { textOf } from '../../core/json.ts';
import type { ConversationSoFar, RunResult } from '../../core/run.ts';
import { pruneRuns, RETENTION } from '../../store/prune.ts';
import { beside, type Renderer, together } from '../../terminal/renderer.ts';
import { stdoutFailure } from '../leave.ts';
import { runsDir } from '../paths.ts';
import { readersOf, withCache } from '../run/execute.ts';
import { gateKeeper } from '../run/gate.ts';
import { listen } from '../run/listen.ts';
import { openProgress } from '../run/progress.ts';
import { pull } from '../run/pull.ts';
import { resultRenderer } from '../run/result.ts';
import { newRunId } from '../run/run-id.ts';
import { isTrustedNow } from '../trust/require.ts';
import type { Chat } from './chat.ts';
import { explainTurn } from './explain-turn.ts';

/**
 * One turn: a run like any other, journal included, whose answer goes to stdout. It is in the conversation, on disk, before
 * its end is told, and only if it succeeded. Throws when it could not be kept, stdout could not be written, or what the chain
 * runs is no longer what was trusted.
 */
export async function takeTurn(chat: Chat, text: string): Promise<RunResult> {
  const { call, answering } = chat;
  const { flags, chain } = answering;
  if (!isTrustedNow(call, chain)) throw filesChanged(chat);
  const stop = new AbortController();
  const release = listen(call, flags.timeoutMs ?? chain.limits.timeMs, (reason) => stop.abort(reason));
  const progress = await openProgress({ call, flags, live: flags.stream, explain: explainTurn });
  chat.pause = progress.pause;
  try {
    const ended = await runTurn(chat, text, { progress: brief(chat, progress), signal: stop.signal });
    const lost = call.out.error;
    if (lost !== undefined && lost.code !== 'EPIPE') throw stdoutFailure(lost);
    return lost === undefined ? ended : { ...ended, exit_code: EXIT.stdoutClosed };
  } finally {
    release();
    chat.pause = () => () => undefined;
    if (flags.save) pruneRuns(runsDir(call.paths), { ...RETENTION, nowMs: call.io.clock.now() });
  }
}

function filesChanged({ conversation: { session } }: Chat): Failure {
  return new Failure('the files of the chain have changed since the chat began, or it is trusted no more: nothing was run', {
    code: 'PC7075',
    reason: 'needs_human',
    help: `leave, look at them, and go on with --session ${session}`,
  });
}

interface Shown {
  readonly progress: Renderer;
  readonly signal: AbortSignal;
}

async function runTurn(chat: Chat, text: string, { progress, signal }: Shown): Promise<RunResult> {
  const { call, redactor, toolbox, askInTurn, inputs } = chat;
  const { flags, chain, openModel } = chat.answering;
  const live = flags.stream;
  const { conversation, warnings } = await soFar(chat);
  const runId = newRunId(call.io.clock.now(), call.io.random);
  const execution = { call, flags, chain, runId, input: text, conversation, inputs, openModel, warnings };
  const result = resultRenderer({ out: call.out, flags, live });
  const renderer = beside(result, together(keeping(chat, text), progress));
  const traced = chat.telemetry.begin(execution, { renderer, redactor, conversation: chat.conversation.session });
  const readers = readersOf(traced.execution, {
    renderer: traced.renderer,
    answer: gateKeeper({ call, flags, redact: redactor.text, askInTurn }),
    live,
    signal,
    redactor,
    toolbox,
    traffic: undefined,
    warnings,
    openModel: await withCache(traced.execution, redactor, warnings),
  });
  const shared = { limits: {}, meter: chat.meter, ...(chat.ownMemory === undefined ? {} : { memory: chat.ownMemory }) };
  try {
    return await pull({ ...readers, options: { ...readers.options, ...shared } });
  } finally {
    await readers.renderer.end();
    await readers.journal?.close();
    traced.end();
  }
}

/** What the turn is told of those before it, where its chain wants to know. */
async function soFar(chat: Chat): Promise<{ readonly conversation: ConversationSoFar; readonly warnings: Warning[] }> {
  const { conversation, answering, user } = chat;
  const turns = answering.chain.uses.conversation ? await conversation.turns() : [];
  const fitted = fit(turns, chat.historyTokens ?? answering.historyTokens);
  return {
    conversation: { turns: fitted.turns, namespace: conversation.namespace, ...(user === undefined ? {} : { user }) },
    warnings: fitted.note === undefined ? [] : [{ type: 'warning', code: 'PC8303', message: fitted.note }],
  };
}

/** Adds the turn to the conversation once it is complete, and notes which memory it touched. */
function keeping({ conversation, namespaces }: Chat, text: string): Renderer {
  return {
    async write(event) {
      if (event.type === 'memory.read' || event.type === 'memory.written') namespaces.add(event.namespace);
      if (event.type !== 'run.completed') return;
      const said = textOf(event.result.output);
      await conversation.add([
        { role: 'user', text },
        { role: 'assistant', text: said },
      ]);
    },
    end: () => Promise.resolve(),
  };
}

/**
 * What is true of the chain, or of every turn, is said at the first. That a run begins, and on a terminal that the answer above
 * is complete, goes without saying.
 */
function brief({ told, call }: Chat, inner: Renderer): Renderer {
  const { globals, err } = call;
  const isWhole = globals.verbose || globals.logFile !== undefined;
  const final = new Set<string>();
  return {
    write(event) {
      if (event.type === 'step.started' && event.final) final.add(event.step);
      if (!isWhole && event.type === 'run.started') return undefined;
      if (!isWhole && err.isTTY && event.type === 'step.completed' && final.has(event.step)) return undefined;
      if (event.type === 'warning') {
        const key = `${event.code} ${event.message}`;
        if (told.has(key)) return undefined;
        told.add(key);
      }
      return inner.write(event);
    },
    end: inner.end,
  };
}
