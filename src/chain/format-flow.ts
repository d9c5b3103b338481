import { CST, type CST as Cst } from 'yaml';

/** `{ a: 1, b: [x, y] }` and `[a, b]`, on one line; undefined for a collection of several lines and for anything unusual. */
export function layOutFlow(token: Cst.FlowCollection): string | undefined {
  const isMap = token.start.source === '{';
  const items = token.items.map(layOutItem);
  const inside = token.end.slice(
    0,
    token.end.findIndex(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end'),
  );
  if (items.includes(undefined) || inside.some(({ type }) => type !== 'space')) return undefined;
  const inner = items.filter((item) => item !== '').join(', ');
  if (inner === '') return isMap ? '{}' : '[]';
  return isMap ? `{ ${inner} }` : `[${inner}]`;
}

const PLAIN: ReadonlySet<Cst.SourceToken['type']> = new Set(['space', 'comma', 'map-value-ind']);

function layOutItem({ start, key, sep, value }: Cst.FlowCollection['items'][number]): string | undefined {
  if (![...start, ...(sep ?? [])].every(({ type }) => PLAIN.has(type))) return undefined;
  const printed = value === undefined ? '' : layOutValue(value);
  if (key === undefined || key === null) return sep === undefined ? printed : undefined;
  const name = layOutValue(key);
  if (name === undefined || printed === undefined) return undefined;
  // Without a colon it is most likely a text that was meant to be quoted: {input}.
  if (sep?.some(({ type }) => type === 'map-value-ind') !== true) return undefined;
  return printed === '' ? `${name}:` : `${name}: ${printed}`;
}

function layOutValue(token: Cst.Token): string | undefined {
  if (token.type === 'flow-collection')
    return token.end.slice(1).every(({ type }) => type === 'space') ? layOutFlow(token) : undefined;
  if (!CST.isScalar(token) || token.type === 'block-scalar' || token.source.includes('\n')) return undefined;
  return token.end?.some(({ type }) => type !== 'space') === true ? undefined : token.source;
}
