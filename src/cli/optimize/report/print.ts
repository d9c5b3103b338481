import { colorLevel, openPaint, type Paint } from '../../../terminal/paint.ts';
import type { Call } from '../../command.ts';
import type { ReportData } from './data.ts';
import { terminalReport } from './terminal.ts';

/** Prints the report on stdout, as text or as JSON. */
export async function printReport(call: Call, data: ReportData, asJson: boolean): Promise<void> {
  await call.out.write(asJson ? `${JSON.stringify(data)}\n` : terminalReport(data, await paintOut(call)));
}

/** Colours for stdout. */
export function paintOut({ out, io, globals, settings }: Call): Promise<Paint> {
  return openPaint(colorLevel({ flag: globals.color, env: io.env, config: settings.config.color, isTTY: out.isTTY }));
}
