import type { StepEvent } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import { addUsage, type ModelSpec, NO_USAGE, type Usage } from '../core/model.ts';
import type { StepContext, Turn } from '../core/step.ts';
import type { Tool } from '../core/tool.ts';
import { roomIn } from '../lib/token-estimate.ts';
import { CHARS_PER_TOKEN, USUAL_CONTEXT } from './context-window.ts';

/** What a loop of model and tools works on. */
export interface AgentTask {
  readonly model: ModelSpec;
  readonly system?: string;
  /** What the first turn sends. */
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  /** `required` holds until the first call: a model that must call can never answer. */
  readonly toolChoice?: 'auto' | 'required' | 'none';
  /** The most turns of the model, at least 1. In the last one it can call no tool. */
  readonly maxSteps: number;
  /** Milliseconds, see `ModelRequest`. */
  readonly idleTimeoutMs?: number;
  /** `minimal` sends the task and the last turn, `progressive` every turn. */
  readonly history: 'minimal' | 'progressive';
  /** What happens before the turns grow too long for the model: the oldest are left out or summed up, or the step fails. */
  readonly context: 'drop' | 'summarise' | 'fail';
  /** Looks at an answer. */
  check?(text: string): AsyncGenerator<StepEvent, Verdict>;
  /** What happens when the bound is reached without an accepted answer. */
  readonly onMax: 'fail' | 'continue';
}

/** Whether an answer has the form that is asked for, and what the model is told about it; accepted when that is nothing. */
export interface Verdict {
  readonly fits: boolean;
  readonly problem?: string | undefined;
}

export type AgentContext = Pick<StepContext, 'path' | 'turn' | 'callAll' | 'model'>;

/** What one loop knows; nothing of it outlives the step. */
export interface Loop {
  /** Each one whole: what the model said with all that answers it. */
  readonly turns: Message[][];
  /** Stands for the turns before these. */
  summary: readonly Message[];
  /** Of all calls so far. */
  readonly ids: Set<string>;
  /** Characters for task and turns together. */
  room: number;
  usage: Usage;
  costUsd: number | null;
  toolCalls: number;
  /** The last answer that has the form asked for, or the last text that was said where none is. */
  answer: string;
  /** How often turns were summed up; undefined once that has failed, and turns are left out instead. */
  summaries: number | undefined;
  /** The user knows that not all is sent. */
  toldDropped: boolean;
}

export function newLoop({ model: { window, params } }: AgentTask): Loop {
  return {
    turns: [],
    summary: [],
    ids: new Set(),
    room: window === undefined ? USUAL_CONTEXT : Math.floor(roomIn(window, params) * CHARS_PER_TOKEN),
    usage: NO_USAGE,
    costUsd: 0,
    toolCalls: 0,
    answer: '',
    summaries: 0,
    toldDropped: false,
  };
}

export function spend(loop: Loop, { usage, costUsd }: Turn): void {
  loop.usage = addUsage(loop.usage, usage);
  loop.costUsd = loop.costUsd === null || costUsd === null ? null : loop.costUsd + costUsd;
}
