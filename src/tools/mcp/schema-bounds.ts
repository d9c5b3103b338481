/** Whether objects and lists in a value are nested deeper than `depth`. Needs no stack, however deep they are. */
export function isDeeperThan(value: unknown, depth: number): boolean {
  let level: unknown[] = [value];
  for (let deep = 0; level.length > 0; deep++) {
    if (deep > depth) return true;
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []));
    level = level.filter((entry) => typeof entry === 'object' && entry !== null);
  }
  return false;
}
