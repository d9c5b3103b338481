import type { StepEvent } from '../core/event.ts';
import type { ServerSpec, Tool } from '../core/tool.ts';
import { checkPins, refuseChanged, repin } from './mcp/pins.ts';

export interface PinOptions {
  /** A folder of ours, absolute; made when it is first needed. */
  readonly dir: string;
  /** The person who runs the chain has looked at it: the tools a server has when it starts are taken for the approved ones. */
  readonly trust: boolean;
}

/**
 * Holds the tools of servers against those that the project used before: says what is new or changed, once a run, and throws
 * when one of `used` is not what it was.
 */
export type PinnedTools = (
  project: string,
  server: ServerSpec,
  tools: readonly Tool[],
  used: readonly Tool[],
) => Generator<StepEvent, void>;

export function createPinnedTools({ dir, trust }: PinOptions): PinnedTools {
  const approved = new Set<string>();
  const told = new Set<string>();
  return function* (project, server, tools, used) {
    const place = { dir, project, server };
    const key = JSON.stringify([project, server]);
    if (trust && !approved.has(key)) {
      approved.add(key);
      repin(place, tools);
      return;
    }
    const report = checkPins(place, tools);
    for (const message of report.warnings) {
      if (told.has(message)) continue;
      told.add(message);
      yield { type: 'warning', code: 'PC7021', message };
    }
    refuseChanged(report, used);
  };
}
