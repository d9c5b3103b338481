let region: HTMLElement | undefined;

/** Where `announce` speaks: the one live region of the page, never seen. */
export function liveRegion(): HTMLElement {
  region = document.createElement('div');
  region.className = 'unseen';
  region.setAttribute('role', 'status');
  return region;
}

/** Tells a screen reader that something ended. Streams are not told: nobody could listen to them. */
export function announce(text: string): void {
  if (region !== undefined) region.textContent = text;
}
