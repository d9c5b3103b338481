/**
 * The keys in the headers that traces are sent with. The variables hold pairs, `authorization=Bearer%20…,x-tenant=mine`: what a
 * header without a name that speaks of a key says may stand anywhere.
 */
export function headerSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, list = '']) => (HEADERS.test(name) ? list.split(',').flatMap(keysIn) : []));
}

const HEADERS = /^OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?HEADERS$/;
const HOLDS_KEY = /auth|key|token|secret|password|team|dsn/i;

/** As it is written, as it is sent, and without the word before it. */
function keysIn(pair: string): readonly string[] {
  const [name = '', ...rest] = pair.split('=');
  if (!HOLDS_KEY.test(name)) return [];
  const written = rest.join('=').trim();
  const sent = decoded(written);
  return [written, sent, sent.replace(/^\w+ +/, '')];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
