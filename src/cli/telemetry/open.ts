import type { Telemetry } from '../../telemetry/start.ts';
import type { Call } from '../command.ts';
import { telemetryWanted } from './wanted.ts';

export interface TelemetryReports {
  /** Told a sentence when the environment asks for what cannot be: then there are no traces. */
  readonly refused: (sentence: string) => void;
  /** Told a sentence, once, when traces could not be delivered. */
  readonly lost: (sentence: string) => void;
}

/**
 * The traces of this process, for every command that runs chains; undefined when the environment asks for none, and then
 * nothing is loaded. Whoever opens it closes it. A server opens it once and gives each run what called for it as its parent.
 */
export async function openTelemetry(
  call: Pick<Call, 'io' | 'settings' | 'paths'>,
  { refused, lost }: TelemetryReports,
): Promise<Telemetry | undefined> {
  const wanted = telemetryWanted(call.io.env);
  if (wanted === undefined) return undefined;
  if ('problem' in wanted) {
    refused(wanted.problem);
    return undefined;
  }
  const { start } = await import('./start.ts');
  try {
    return start(call, wanted, lost);
  } catch (error) {
    refused(`no traces are sent: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
