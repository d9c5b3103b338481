import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isJsonObject } from '../core/json.ts';
import { errnoOf } from '../lib/file-cause.ts';

/**
 * Who holds something: enough to tell later, from another process, whether that very process still lives. Fields the system
 * does not tell are empty.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since boot: a process that got the same pid later has another. */
  readonly started: string;
  readonly boot: string;
  /** The pid namespace, without which a pid of another container would be looked up in ours. */
  readonly space: string;
  readonly machine: string;
  /** Different for everything held. */
  readonly nonce: string;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

export function ownIdentity(): ProcessIdentity {
  return { ...thisProcess(), nonce: randomBytes(8).toString('hex') };
}

/** What is known of us stays as it is, once the system has told all of it: a moment without free descriptors must not stick. */
let known: Omit<ProcessIdentity, 'nonce'> | undefined;

function thisProcess(): Omit<ProcessIdentity, 'nonce'> {
  if (known !== undefined) return known;
  const found = { pid: process.pid, started: startOf('self')?.started ?? '', ...machineIdentity() };
  if ([found.started, found.boot, found.space, found.machine.split(' ')[1]].every(Boolean)) known = found;
  return found;
}

/** `dead` only when it is certain; `unknown` for a process of another machine or container. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  const here = thisProcess();
  if (identity.machine !== here.machine) return 'unknown';
  if (identity.boot !== here.boot) return identity.boot !== '' && here.boot !== '' ? 'dead' : 'unknown';
  if (identity.space !== here.space) return 'unknown';
  const found = startOf(identity.pid);
  if (found !== undefined)
    return found.gone || (identity.started !== '' && found.started !== identity.started) ? 'dead' : 'alive';
  return answersSignals(identity.pid) ? 'alive' : 'dead';
}

/** What was written down, or undefined when it is not an identity. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isIdentity(value) ? value : undefined;
}

export function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    isJsonObject(value) &&
    Number.isSafeInteger(value.pid) &&
    Number(value.pid) > 0 &&
    ['started', 'boot', 'space', 'machine', 'nonce'].every((name) => typeof value[name] === 'string') &&
    /^[0-9a-f]{1,64}$/.test(String(value.nonce))
  );
}

function machineIdentity(): Pick<ProcessIdentity, 'boot' | 'space' | 'machine'> {
  return {
    boot: textOrEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    space: textOrEmpty(() => readlinkSync('/proc/self/ns/pid')),
    // The machine's own id is not for others to see: a hash tells machines apart as well.
    machine: `${hostname()} ${textOrEmpty(() => hashOf(readFileSync('/etc/machine-id')))}`.trim(),
  };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Field 22 of `stat`, counted after the name, which may hold spaces and brackets. A zombie is gone: only its parent has not noticed. */
function startOf(pid: number | 'self'): { readonly started: string; readonly gone: boolean } | undefined {
  const stat = textOrEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state === undefined || started === undefined ? undefined : { started, gone: state === 'Z' || state === 'X' };
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

function textOrEmpty(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}
