import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Event } from '../../src/core/event.ts';
import { textRenderer } from '../../src/terminal/text.ts';
import { delta, events, recordingOutput, result, started, stepCompleted, stepStarted } from './recording.ts';

async function rendered(list: readonly Event[], { isTTY = false, stream = true, raw = false } = {}): Promise<string> {
  const out = recordingOutput({ isTTY });
  const renderer = textRenderer({ out, stream, raw });
  for (const event of list) await renderer.write(event);
  await renderer.end();
  return out.text;
}

function run(pieces: readonly string[], output = pieces.join('')): readonly Event[] {
  return events(
    started,
    stepStarted('1'),
    delta('1', 'intermediate'),
    stepCompleted('1', 'intermediate'),
    stepStarted('2', true),
    ...pieces.map((piece) => delta('2', piece)),
    stepCompleted('2', output),
    { type: 'run.completed', result: result({ output }) },
  );
}

describe('the result on stdout', () => {
  it('is the final step alone, ended by one line break', async () => {
    assert.equal(await rendered(run(['Hel', 'lo'])), 'Hello\n');
    assert.equal(await rendered(run(['Hello\n'])), 'Hello\n');
    assert.equal(await rendered(run(['Hello\n\n'])), 'Hello\n\n');
  });

  it('is the same streamed and at once', async () => {
    assert.equal(await rendered(run(['a', 'b\n', 'c']), { stream: false }), await rendered(run(['a', 'b\n', 'c'])));
  });

  it('comes whole when nothing was streamed', async () => {
    assert.equal(await rendered(run([], 'from a function')), 'from a function\n');
  });

  it('is JSON when the chain gives a map', async () => {
    const list = events(started, { type: 'run.completed', result: result({ output: { a: [1] } }) });
    assert.deepEqual(JSON.parse(await rendered(list)), { a: [1] });
  });

  it('is nothing for an empty output', async () => {
    assert.equal(await rendered(run([], '')), '');
  });

  it('has exact bytes unless it goes to a terminal', async () => {
    const pieces = ['a\x1b', '[31mb\r\n\x07'];
    assert.equal(await rendered(run(pieces)), 'a\x1b[31mb\r\n\x07\n');
    assert.equal(await rendered(run(pieces), { isTTY: true }), 'ab\n\n');
    assert.equal(await rendered(run(pieces), { isTTY: true, raw: true }), 'a\x1b[31mb\r\n\x07\n');
  });

  it('keeps what was streamed before a failure and adds nothing but a line break', async () => {
    const list = events(started, stepStarted('1', true), delta('1', 'half'), {
      type: 'run.failed',
      result: result({ status: 'failed', output: null }),
    });
    assert.equal(await rendered(list), 'half\n');
  });
});
