/** Keeps the lines that read `owner: task`, once each, and fails when none is left: the next model must not invent any. */
export function keepValid(text) {
  const tasks = new Map();
  for (const line of text.split('\n')) {
    const [, owner, task] = /^[-*\s]*(\p{L}[^:]*?)\s*:\s*(\S.*?)\s*$/u.exec(line) ?? [];
    if (owner === undefined) continue;
    tasks.set(`${owner}: ${task}`.toLowerCase(), `${owner}: ${task}`);
  }
  if (tasks.size === 0) throw new Error('no line of the answer reads "owner: task"');
  return [...tasks.values()].join('\n');
}
