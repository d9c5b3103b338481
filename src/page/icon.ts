/** The state of a step, a turn, a call or a run. */
export type State = 'waiting' | 'running' | 'retrying' | 'done' | 'failed' | 'skipped';

/** In a box of 16 by 16. */
const PATHS: Readonly<Record<State, string>> = {
  waiting: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z',
  running: 'M8 2.5A5.5 5.5 0 1 1 2.5 8',
  retrying: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  done: 'M3 8.5 6.5 12 13 4.5',
  failed: 'M4 4l8 8M12 4l-8 8',
  skipped: 'M3 8h10',
};

const SVG = 'http://www.w3.org/2000/svg';

/** A sign for a state. It says nothing to a screen reader: the word stands beside it. */
export function icon(state: State): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon ${state}`);
  path.setAttribute('d', PATHS[state]);
  svg.append(path);
  return svg;
}
