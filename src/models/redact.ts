const LONGEST = 500;

/** What a provider said, fit to be shown: one line, no key, no control character, at most 500 characters. */
export function quoted(text: string, secrets: readonly string[]): string {
  const line = redacted(text, secrets)
    .replace(/\p{Cc}+|\s+/gu, ' ')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Replaces the keys in use, and anything that looks like one. */
function redacted(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) if (secret.length >= 4) result = result.replaceAll(secret, '[key]');
  return result
    .replace(/\b((sk|gsk|xai|pplx|hf|nvapi|ghp|csk|r8)[-_]|AIza)[\w*.-]{8,}/g, '[key]')
    .replace(/\bBearer\s+\S+/gi, 'Bearer [key]');
}
