import type { ReceivedSpan } from './otlp-receiver.ts';

/** One field of a message: numbers as they are, everything with a length as bytes. */
type Field = number | bigint | Buffer;

/** The fields of a message by number, each in the order it came. */
type Message = ReadonlyMap<number, readonly Field[]>;

/** The spans of an `ExportTraceServiceRequest` of `opentelemetry/proto/collector/trace/v1/trace_service.proto`. */
export function readProtobufTraces(body: Buffer): readonly ReceivedSpan[] {
  return messages(read(body), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1).flatMap((found) => messages(found, 1)));
    return messages(resourceSpans, 2).flatMap((scopeSpans) => {
      const scope = text(messages(scopeSpans, 1)[0], 1);
      return messages(scopeSpans, 2).map((span) => ({ ...spanOf(span), resource, scope }));
    });
  });
}

function spanOf(span: Message): Omit<ReceivedSpan, 'resource' | 'scope'> {
  const [status] = messages(span, 15);
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: Number(span.get(6)?.[0] ?? 0),
    startedAt: BigInt(number(span, 7)),
    endedAt: BigInt(number(span, 8)),
    attributes: attributesOf(messages(span, 9)),
    events: messages(span, 11).map((event) => ({
      name: text(event, 2),
      at: BigInt(number(event, 1)),
      attributes: attributesOf(messages(event, 3)),
    })),
    links: messages(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
    status: { code: status === undefined ? 0 : Number(number(status, 3)), message: text(status, 2) },
  };
}

function attributesOf(pairs: readonly Message[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map((pair) => [text(pair, 1), anyValue(messages(pair, 2)[0])]));
}

/** `AnyValue`: a string, a bool, an int, a double or an array. */
function anyValue(value: Message | undefined): unknown {
  const [[number, fields] = [0, []]] = value ?? [];
  const [field] = fields;
  if (number === 1) return (field as Buffer).toString();
  if (number === 2) return Number(field) === 1;
  if (number === 3) return Number(BigInt.asIntN(64, BigInt(field as bigint)));
  if (number === 4) return doubleOf(field as bigint);
  if (number === 5) return messages(read(field as Buffer), 1).map(anyValue);
  throw new Error(`an attribute has the unknown field ${number}`);
}

function doubleOf(bits: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
}

function messages(message: Message, number: number): readonly Message[] {
  return (message.get(number) ?? []).map((field) => read(field as Buffer));
}

function text(message: Message | undefined, number: number): string {
  return ((message?.get(number)?.[0] as Buffer | undefined) ?? Buffer.alloc(0)).toString();
}

function hex(message: Message, number: number): string {
  return ((message.get(number)?.[0] as Buffer | undefined) ?? Buffer.alloc(0)).toString('hex');
}

function number(message: Message, number: number): number | bigint {
  return (message.get(number)?.[0] as number | bigint | undefined) ?? 0;
}

function read(bytes: Buffer): Message {
  const fields = new Map<number, Field[]>();
  let at = 0;

  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('the message ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const fieldOf = (type: number): Field => {
    const from = at;
    if (type === 0) return varint();
    if (type === 1) {
      at += 8;
      return bytes.readBigUInt64LE(from);
    }
    if (type === 5) {
      at += 4;
      return bytes.readUInt32LE(from);
    }
    if (type !== 2) throw new Error(`wire type ${type} at byte ${from}`);
    const length = Number(varint());
    if (at + length > bytes.length) throw new Error(`a field of ${length} bytes at byte ${at} leads out of the message`);
    at += length;
    return bytes.subarray(at - length, at);
  };

  while (at < bytes.length) {
    const tag = Number(varint());
    const field = fieldOf(tag & 7);
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), field]);
  }
  return fields;
}
