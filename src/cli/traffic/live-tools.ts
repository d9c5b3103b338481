/** Tools that work on the run itself, as `remember` does: they are no traffic, and run in a replay too. */
export function isOfTheRun(tool: string): boolean {
  return tool.startsWith('memory.');
}
