import type { IncomingMessage } from 'node:http';
import type { EventSourceMessage } from 'eventsource-parser';
import { createParser } from 'eventsource-parser';
import { ModelError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { ModelEvent } from '../core/model.ts';
import { createBatch } from './batch.ts';
import type { Timeouts } from './config.ts';
import type { Origin } from './failure.ts';
import { brokenOff, damaged, timedOut, truncated } from './failure.ts';
import type { Reader } from './protocol.ts';

/**
 * Reads an answer to its end mark. Throws `ModelError` when the connection breaks, falls silent or ends before that, or when
 * an event is damaged; a connection that breaks after the mark has lost nothing. Ending the iteration early drops the
 * connection; reading to the end gives it back for the next call, as a rule before the iteration has ended.
 */
export async function* readAnswer(
  message: IncomingMessage,
  reader: Reader,
  origin: Origin,
  timeouts: Timeouts,
): AsyncGenerator<readonly ModelEvent[], void> {
  const batch = createBatch();
  const decoder = new TextDecoder();
  const feed = createFeed(reader, batch, origin);
  let finished = false;
  let released: Promise<void> | undefined;
  try {
    for await (const chunk of chunksOf(message, () => (batch.begun ? timeouts.idleMs : timeouts.firstByteMs), origin)) {
      feed(decoder.decode(chunk, { stream: true }));
      if (reader.done) break;
      const events = batch.take();
      if (events.length > 0) yield events;
    }
    if (!reader.done) feed(`${decoder.decode()}\n\n`);
    finished = true;
  } catch (error) {
    // A failure after the end mark takes nothing from the answer, unless the provider itself says it does.
    if (!reader.whole || isSaidByProvider(error)) throw error;
  } finally {
    if (finished && reader.done) released = release(message);
    else message.destroy();
  }
  if (!reader.whole) throw truncated(origin);
  reader.close(batch);
  yield batch.take();
  await released;
}

function isSaidByProvider(error: unknown): boolean {
  return error instanceof ModelError && error.reason !== 'network' && error.reason !== 'timeout';
}

/** Characters: OpenAI's Responses repeat the whole answer in their last event. */
const LONGEST_EVENT = 64 * 1024 * 1024;

/** Turns text into events; a line that is neither a field nor a comment, and data that is not a JSON object, is damage. */
function createFeed(reader: Reader, batch: ReturnType<typeof createBatch>, origin: Origin): (text: string) => void {
  const parser = createParser({
    onEvent({ data }: EventSourceMessage) {
      if (reader.done || data === '') return;
      if (data === '[DONE]') return reader.markDone();
      reader.read(objectOf(data, origin), batch);
    },
    onError(error) {
      if (error.type !== 'invalid-retry') throw damaged(origin, error.line ?? error.message);
    },
    maxBufferSize: LONGEST_EVENT,
  });
  return (text) => {
    if (text !== '') parser.feed(text);
  };
}

function objectOf(data: string, origin: Origin): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(data) as Json;
  } catch {
    throw damaged(origin, data);
  }
  if (!isJsonObject(value)) throw damaged(origin, data);
  return value;
}

/** The chunks of a message, with a limit on how long each may be waited for; time spent by the reader between them is free. */
async function* chunksOf(message: IncomingMessage, limitMs: () => number, origin: Origin): AsyncGenerator<Buffer, void> {
  const chunks = message.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  const first = limitMs();
  let waiting = true;
  let armedMs = first;
  const expire = () => {
    if (!waiting) return;
    message.destroy(timedOut(origin, armedMs === first ? 'did not begin to answer' : 'sent nothing more', armedMs));
  };
  let timer = setTimeout(expire, armedMs);
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) return;
      waiting = false;
      yield next.value;
      waiting = true;
      if (limitMs() === armedMs) {
        timer.refresh();
        continue;
      }
      armedMs = limitMs();
      clearTimeout(timer);
      timer = setTimeout(expire, armedMs);
    }
  } catch (error) {
    throw error instanceof ModelError ? error : brokenOff(origin, error);
  } finally {
    clearTimeout(timer);
    await chunks.return?.();
  }
}

const DRAIN_MS = 1_000;

/** As long as a new connection takes at best: whoever asks again at once is better served by this one. */
const GIVE_BACK_MS = 20;

/**
 * Reads what is left after the end mark (as a rule nothing), so that the connection can serve the next call. Resolves when it
 * can, or is not worth waiting for.
 */
async function release(message: IncomingMessage): Promise<void> {
  if (message.readableEnded) return;
  const timer = setTimeout(() => message.destroy(), DRAIN_MS);
  timer.unref();
  message.on('error', () => clearTimeout(timer));
  message.on('end', () => clearTimeout(timer));
  message.resume();
  await new Promise<void>((resolve) => {
    const late = setTimeout(resolve, GIVE_BACK_MS);
    message.once('close', () => {
      clearTimeout(late);
      resolve();
    });
  });
}
