import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { cleanLine } from './clean-text.ts';
import { LINE_CHARACTERS } from './limits.ts';
import type { Wire } from './wire.ts';

/** Who listens to the progress of a call, by the token that was sent with it. */
export type ProgressTable = Map<string, (text: string) => void>;

/**
 * Hears progress as it arrives. The SDK hands it on a moment later and drops what an answer overtakes, which is the rule when
 * both come in one piece.
 */
export function hearProgress(wire: Wire): ProgressTable {
  const table: ProgressTable = new Map();
  wire.onmessage = (message) => {
    if (!('method' in message) || message.method !== 'notifications/progress' || !isJsonObject(message.params)) return;
    table.get(String(message.params.progressToken))?.(progressText(message.params));
  };
  return table;
}

function progressText({ progress, total, message }: JsonObject): string {
  const amount = total === undefined ? `${progress}` : `${progress}/${total}`;
  return cleanLine(typeof message === 'string' ? `${amount} ${message}` : amount, LINE_CHARACTERS);
}
