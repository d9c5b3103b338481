import type { Attributes } from '@opentelemetry/api';
import type { Event } from '../core/event.ts';
import type { SpanTree } from './span-tree.ts';

/** Masks the secrets of a run; undefined where no content leaves the process at all. */
export type Redact = ((text: string) => string) | undefined;

/** What the readers of a run's events share. */
export interface Reading {
  readonly tree: SpanTree;
  readonly redact: Redact;
  /** What is said of every agent and request of the run. */
  readonly about: Attributes;
  /** The id that a model gave a call, by the call's journal path. */
  readonly callIds: Map<string, string>;
  /** The paths of steps that are agents at work. */
  readonly agents: Set<string>;
}

/** Turns the events it knows into spans, and lets the others pass. */
export type EventReader = (event: Event, reading: Reading) => void;
