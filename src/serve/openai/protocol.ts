import type { RunResult } from '../../core/run.ts';
import type { Frame } from '../frame-stream.ts';
import type { ServedChain } from '../service.ts';
import type { Answer, Collected } from './answer.ts';
import type { Asked } from './asked.ts';
import type { Problem } from './problem.ts';

/** One of OpenAI's APIs: how a chain is asked through it, and how its answer is told. */
export interface Protocol {
  /** Throws `BadRequest` for a body that is not one of this API. */
  read(body: unknown): Request;
}

/** A request, understood. */
export interface Request {
  /** The name of a chain. */
  readonly model: string;
  readonly stream: boolean;
  /** Throws `BadRequest` for what the chain cannot do. */
  asked(chain: ServedChain): Asked;
  whole(heading: Heading, collected: Collected): object;
  frames(heading: Heading, answer: Answer, problem: (result: RunResult) => Problem | undefined): AsyncIterable<Frame>;
}

/** Which answer it is. */
export interface Heading {
  /** The id of the run. */
  readonly run: string;
  /** The name of the chain. */
  readonly model: string;
  /** Unix seconds. */
  readonly created: number;
}
