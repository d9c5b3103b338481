/** Every run of blanks and line breaks becomes one blank. */
export function collapse(text) {
  return text.replace(/\s+/g, ' ').trim();
}
