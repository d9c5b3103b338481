import type { Attributes, Context, Link, Tracer } from '@opentelemetry/api';
import type { ErrorRecord } from '../core/errors.ts';
import type { Event, RunEnded } from '../core/event.ts';
import type { ModelSpec, OpenModel } from '../core/model.ts';
import type { EventReader, Reading } from './event-reader.ts';
import { fail } from './failure.ts';
import { tracedModels } from './model-spans.ts';
import { noteEvents } from './notes.ts';
import { growSpanTree, type SpanTree } from './span-tree.ts';
import { readSteps } from './step-spans.ts';
import { readTools } from './tool-spans.ts';

/** The trace of one run: reads its events, and stands before its models, since events tell of steps and not of requests. */
export interface RunTrace {
  /** Of the span of the run, in the form of the W3C header. */
  readonly traceparent: string;
  read(event: Event): void;
  openModel(live: OpenModel): OpenModel;
  /** Ends what has not come to its end. Does nothing after the last event. */
  end(): void;
}

export interface RunTraceOptions {
  readonly tracer: Tracer;
  readonly parent: Context;
  readonly links: Link[];
  readonly runId: string;
  readonly chain: { readonly name: string; readonly sha256: string };
  readonly conversation?: string | undefined;
  readonly testCase?: string | undefined;
  readonly redact: (text: string) => string;
  readonly content: boolean;
  readonly now: () => number;
  readonly serverOf: (spec: ModelSpec) => URL | undefined;
}

const READERS: readonly EventReader[] = [readSteps, readTools, noteEvents];

/** The span of the run begins at once, so that whoever writes a journal can note its id. */
export function traceRun(options: RunTraceOptions): RunTrace {
  const { tracer, parent, links, now, serverOf } = options;
  const root = { name: nameOf(options), at: now(), attributes: attributesOf(options), links };
  const tree = growSpanTree(tracer, parent, root);
  const redact = options.content ? options.redact : undefined;
  const reading: Reading = { tree, redact, about: conversationOf(options), callIds: new Map(), agents: new Set() };
  let ended = false;

  const end = (at: number) => {
    ended = true;
    for (const span of tree.unclosed()) {
      fail(span, CANCELLED, undefined);
      tree.close(span, at);
    }
    tree.close(tree.root, at);
  };

  return {
    traceparent: traceparentOf(tree),
    read(event) {
      if (ended) return;
      for (const read of READERS) read(event, reading);
      if (!('result' in event)) return;
      noteResult(event, reading);
      end(Date.parse(event.ts));
    },
    openModel: (live) => tracedModels(live, { ...reading, now, serverOf }),
    end() {
      if (ended) return;
      fail(tree.root, CANCELLED, undefined);
      end(now());
    },
  };
}

const CANCELLED: ErrorRecord = { code: 'PC0002', reason: 'cancelled', message: '' };

function nameOf({ chain }: RunTraceOptions): string {
  return chain.name === '' ? 'invoke_workflow' : `invoke_workflow ${chain.name}`;
}

function attributesOf(options: RunTraceOptions): Attributes {
  const { runId, chain, testCase } = options;
  return {
    'gen_ai.operation.name': 'invoke_workflow',
    ...(chain.name === '' ? {} : { 'gen_ai.workflow.name': chain.name, 'gen_ai.agent.name': chain.name }),
    ...conversationOf(options),
    'promptchain.run.id': runId,
    'promptchain.chain.sha256': chain.sha256,
    ...(testCase === undefined ? {} : { 'promptchain.test.case': testCase }),
  };
}

function conversationOf({ conversation }: RunTraceOptions): Attributes {
  return conversation === undefined ? {} : { 'gen_ai.conversation.id': conversation };
}

function noteResult({ result }: RunEnded, { tree, redact }: Reading): void {
  const { status, exit_code, cost_usd, error } = result;
  tree.root.setAttributes({
    'promptchain.run.status': status,
    'promptchain.run.exit_code': exit_code,
    ...(cost_usd === null ? {} : { 'promptchain.cost_usd': cost_usd }),
  });
  if (error !== null) fail(tree.root, error, redact);
}

function traceparentOf({ root }: SpanTree): string {
  const { traceId, spanId, traceFlags } = root.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
