/** So many of something in so many milliseconds: all at once or spread out (GCRA). */
export interface Allowance {
  /** False for one too many. */
  take(): boolean;
}

export function createAllowance(count: number, periodMs: number): Allowance {
  const spacing = periodMs / count;
  /** When somebody who takes evenly would be as far. */
  let due = 0;
  return {
    take() {
      const now = performance.now();
      const next = Math.max(due, now) + spacing;
      if (next - now > periodMs) return false;
      due = next;
      return true;
    },
  };
}
