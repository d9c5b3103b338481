import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { ServerSpec } from '../../core/tool.ts';
import type { Pin, PinPlace } from './pins.ts';

/** The pins of a server, undefined when there are none yet. One small file for each, so that two runs never write the same for two servers. */
export function readPins(place: PinPlace): readonly Pin[] | undefined {
  const file = fileOf(place);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw failed('read', file, error);
  }
  const pins = parse(text);
  if (pins === undefined) throw failed('read', file, new Error('it is damaged'));
  return pins;
}

/** Whole or not at all: a run that is killed while writing leaves the pins of before. */
export function writePins(place: PinPlace, pins: readonly Pin[]): void {
  const file = fileOf(place);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(place.dir, { recursive: true, mode: 0o700 });
    writePrivate(draft, `${JSON.stringify({ v: 1, project: place.project, server: place.server.name, tools: pins }, null, 1)}\n`);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw failed('write', file, error);
  }
}

function writePrivate(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    fchmodSync(descriptor, 0o600);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function fileOf({ dir, project, server }: PinPlace): string {
  const key = JSON.stringify([project, server.name, sourceOf(server)]);
  return join(dir, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
}

/** How the server is reached. Only its hash is kept: arguments may hold a token. */
function sourceOf(server: ServerSpec): readonly unknown[] {
  return server.transport === 'stdio' ? [server.command, server.args] : [server.url];
}

function parse(text: string): readonly Pin[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const tools = isJsonObject(value) && value.v === 1 ? value.tools : undefined;
  return Array.isArray(tools) && tools.every(isPin) ? tools : undefined;
}

function isPin(value: unknown): value is Pin {
  return isJsonObject(value) && ['name', 'description', 'parameters'].every((key) => typeof value[key] === 'string');
}

function failed(doing: 'read' | 'write', file: string, error: unknown): ToolError {
  const why = error instanceof Error ? error.message : String(error);
  return new ToolError(`what is remembered of a server's tools cannot be ${doing === 'read' ? 'read' : 'written'}: ${why}`, {
    code: 'PC7022',
    reason: 'tool',
    help: doing === 'read' ? `look at the tools, then run once with --trust, which writes it anew: ${file}` : `check ${file}`,
    cause: error,
  });
}
