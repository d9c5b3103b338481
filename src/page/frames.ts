const waiting = new Set<() => void>();
let isAsked = false;

/** Runs the work before the next frame is painted, once however often it was asked for: streams come faster than anyone sees. */
export function beforeFrame(work: () => void): void {
  waiting.add(work);
  if (isAsked) return;
  isAsked = true;
  // A hidden tab paints nothing: its work must not pile up.
  if (document.hidden) setTimeout(run, 250);
  else requestAnimationFrame(run);
}

function run(): void {
  isAsked = false;
  const now = [...waiting];
  waiting.clear();
  const isAtEnd = nearEnd();
  for (const work of now) work();
  if (isAtEnd && following > 0) scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
}

let following = 0;

/** Until the returned function is called: whoever has scrolled to the end of the page stays there as it grows. */
export function follow(): () => void {
  following += 1;
  return () => {
    following -= 1;
  };
}

const NEAR = 48;

function nearEnd(): boolean {
  return following > 0 && scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR;
}
