import { type Json, textOf } from '../core/json.ts';
import type { MemoryChange } from '../core/memory.ts';
import type { Scope } from '../core/scope.ts';
import type { StepOutcome } from '../core/step.ts';

const COMMAND = /^\s*MEMORY\s+(?:(?<store>STORE)\s+(?<name>[^=]+?)\s*=(?<value>.*)|(?<get>GET)\s+(?<key>.+?)|(?<list>LIST))\s*$/i;
const MEANT = /^\s*MEMORY\s+(STORE|GET|LIST)\b/i;

/**
 * Carries out the lines `MEMORY STORE key=value`, `MEMORY GET key` and `MEMORY LIST` in a text and puts their answers in
 * their place; every other line stays as it is. A line that starts like a command and is none says how it is written.
 */
export function memoryCommands(scope: Scope): StepOutcome {
  const memory = new Map<string, Json>(Object.entries(scope.memory));
  const changes: MemoryChange[] = [];
  const lines = scope.input.split('\n').map((line) => {
    const parts = COMMAND.exec(line)?.groups;
    if (parts === undefined) return MEANT.test(line) ? `Not understood: ${line.trim()} (${USAGE})` : line;
    if (parts.list !== undefined) return `Memory keys: ${memory.size === 0 ? 'none' : [...memory.keys()].join(', ')}`;
    if (parts.get !== undefined) return read(memory, parts.key ?? '');
    const key = (parts.name ?? '').trim();
    const value = (parts.value ?? '').trim();
    memory.set(key, value);
    changes.push({ op: 'set', key, value });
    return `Stored '${key}' in memory`;
  });
  return { output: lines.join('\n'), changes };
}

const USAGE = 'MEMORY STORE key=value, MEMORY GET key or MEMORY LIST';

function read(memory: ReadonlyMap<string, Json>, key: string): string {
  const value = memory.get(key);
  return value === undefined ? `Not found: ${key}` : `${key} = ${textOf(value)}`;
}
