import { existsSync } from 'node:fs';
import { Failure, recordOf } from '../../core/errors.ts';
import type { StepEvent } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Model, ModelEvent, ModelSpec } from '../../core/model.ts';
import type { Tool, Toolbox, ToolResult } from '../../core/tool.ts';
import { observe } from '../../lib/observe.ts';
import type { Redactor } from '../redact.ts';
import { readCassette, writeCassette } from './cassette.ts';
import { callRequest, type Exchange, keyOf, modelRequest, toolsRequest } from './exchange.ts';
import { isOfTheRun } from './live-tools.ts';
import { maskedEvents } from './masked.ts';
import type { Traffic } from './traffic.ts';

export interface RecordOptions {
  /** Absolute. */
  readonly file: string;
  readonly chain: string;
  readonly redactor: Redactor;
  /** The run was begun earlier: what was recorded then stays. */
  readonly again: boolean;
}

/**
 * `--record`: passes everything on and keeps it. Secrets are masked before a request is hashed, so that a cassette holds no
 * hash that tells whether a guess at a secret is right, and a request with another secret in the same place is the same one.
 */
export function recordTraffic({ file, chain, redactor, again }: RecordOptions): Traffic {
  const cassette = writeCassette(file, chain, again && existsSync(file) ? readCassette(file, file) : []);
  const asked = (kind: Exchange['kind'], request: JsonObject) => {
    const masked = redactor.value(request);
    return { key: keyOf(kind, masked), request: masked };
  };

  function recordingModel(model: Model, { id }: ModelSpec): Model {
    // What is recalled past `stream` would not be in the recording.
    const { recall: _, ...rest } = model;
    return {
      ...rest,
      async *stream(request, signal) {
        const events: ModelEvent[] = [];
        const window = model.window?.();
        let end: Ending = { unfinished: true };
        try {
          for await (const event of model.stream(request, signal)) {
            if (event.type !== 'waiting') events.push(event);
            yield event;
          }
          end = {};
        } catch (error) {
          end = endingOf(error, redactor);
          throw error;
        } finally {
          cassette.add({
            kind: 'model',
            step: request.path ?? '',
            ...asked('model', modelRequest(model.spec, request)),
            asked: id,
            llm: model.llm,
            ...(window === undefined ? {} : { window }),
            events: maskedEvents(events, redactor),
            ...end,
          });
        }
      },
    };
  }

  function recordingTool(tool: Tool): Tool {
    return {
      ...tool,
      async *call(args, call) {
        const log: string[] = [];
        let end: Ending & { readonly result?: ToolResult } = { unfinished: true };
        try {
          const result = yield* observe(tool.call(args, call), (event) => noted(event, log));
          end = { result: redactor.value(result) };
          return result;
        } catch (error) {
          end = endingOf(error, redactor);
          throw error;
        } finally {
          const told = redactor.value(log);
          cassette.add({ kind: 'call', step: call.path, ...asked('call', callRequest(tool.name, args)), log: told, ...end });
        }
      },
    };
  }

  return {
    openModel: (live) => async (spec) => recordingModel(await live(spec), spec),
    toolbox: (live) =>
      ({
        async *open(patterns, scope, signal) {
          const request = asked('tools', toolsRequest(patterns));
          try {
            const tools = yield* live.open(patterns, scope, signal);
            cassette.add({ kind: 'tools', ...request, tools: tools.map(({ call: _, ...entry }) => redactor.value(entry)) });
            return tools.map((tool) => (isOfTheRun(tool.name) ? tool : recordingTool(tool)));
          } catch (error) {
            cassette.add({ kind: 'tools', ...request, tools: [], ...endingOf(error, redactor) });
            throw error;
          }
        },
        async permit(tool, args, scope, signal) {
          try {
            await live.permit(tool, args, scope, signal);
          } catch (error) {
            const end = endingOf(error, redactor);
            cassette.add({
              kind: 'call',
              step: '',
              ...asked('call', callRequest(tool.name, args)),
              log: [],
              ...end,
              refused: true,
            });
            throw error;
          }
        },
        [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
      }) satisfies Toolbox,
    io: (live) => live,
    finish: () => cassette.finish(),
    discard: () => cassette.discard(),
  };
}

type Ending = Pick<Exchange, 'error' | 'unfinished'>;

/** What was ended from outside is not what the other side failed with. */
function endingOf(error: unknown, redactor: Redactor): Ending {
  if (!(error instanceof Failure) || error.reason === 'cancelled') return { unfinished: true };
  return { error: redactor.value(recordOf(error)) };
}

function noted(event: StepEvent, log: string[]): StepEvent {
  if (event.type === 'step.log') log.push(event.text);
  return event;
}
