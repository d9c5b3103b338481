import { figure } from './figures.ts';

/** Bars that a bench holds its figures against. */
export interface Bars {
  /** Prints the figure with its bar; `met` decides. */
  hold(what: string, value: string, bar: string, met: boolean): void;
  atLeast(what: string, value: number, bar: number): void;
  readonly missed: number;
}

export function openBars(print: (line: string) => void): Bars {
  let missed = 0;
  const hold = (what: string, value: string, bar: string, met: boolean): void => {
    if (!met) missed += 1;
    print(`  ${met ? 'met   ' : 'MISSED'}  ${what}: ${value} (bar: ${bar})`);
  };
  return {
    hold,
    atLeast: (what, value, bar) => hold(what, figure(value, 3), `>= ${figure(bar, 3)}`, value >= bar),
    get missed() {
      return missed;
    },
  };
}
