import { readdirSync, readFileSync } from 'node:fs';

/** One process, told apart from a later one with the same number by when it started. */
export interface Member {
  readonly pid: number;
  readonly started: string;
}

/**
 * The processes that live and belong to a process that leads its own session: its group, its session, its descendants. On
 * systems without `/proc` the answer is one member with the negative number of the group, as `kill` takes it.
 */
export function familyOf(leader: number): readonly Member[] {
  const all = everyProcess();
  if (all === undefined) return answers(-leader) ? [{ pid: -leader, started: '' }] : [];
  const family = all.filter(({ pid, group, session }) => pid === leader || group === leader || session === leader);
  const known = new Set([leader, ...family.map(({ pid }) => pid)]);
  for (let grown = true; grown; ) {
    const children = all.filter(({ pid, parent }) => known.has(parent) && !known.has(pid));
    for (const child of children) known.add(child.pid);
    family.push(...children);
    grown = children.length > 0;
  }
  return family.filter(({ state }) => state !== 'Z' && state !== 'X');
}

/** Those that still live: the members of before, also when they have lost their parent since, and what has joined them. */
export function survivors(leader: number, before: readonly Member[]): readonly Member[] {
  const now = familyOf(leader);
  const joined = before.filter((old) => !now.some(({ pid }) => pid === old.pid) && lives(old));
  return [...now, ...joined];
}

export function signalAll(members: readonly Member[], signal: NodeJS.Signals): void {
  for (const { pid } of members) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended already.
    }
  }
}

interface Entry extends Member {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

function everyProcess(): Entry[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (entryOf(Number(name)) ?? []) : []));
  } catch {
    return undefined;
  }
}

/** Fields are counted after the name, which may hold spaces and brackets. */
function entryOf(pid: number): Entry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', parent, group, session] = fields;
    return { pid, state, parent: Number(parent), group: Number(group), session: Number(session), started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function lives(member: Member): boolean {
  if (member.pid < 0) return answers(member.pid);
  const found = entryOf(member.pid);
  return found !== undefined && found.started === member.started && found.state !== 'Z' && found.state !== 'X';
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
