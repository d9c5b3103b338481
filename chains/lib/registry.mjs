/** Tools get their arguments as one object. */
export function collapse({ text }) {
  return text.replace(/\s+/g, ' ').trim();
}

export function countWords({ text }) {
  return text.split(/\s+/).filter(Boolean).length;
}
