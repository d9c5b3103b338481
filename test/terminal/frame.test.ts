import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Problem } from '../../src/core/problem.ts';
import { frame } from '../../src/terminal/frame.ts';
import { PLAIN } from '../../src/terminal/paint.ts';

const options = { paint: PLAIN, cwd: '/home/me' };

function problem(line: number, column: number, changes: Partial<Problem> = {}): Problem {
  return {
    code: 'PC1102',
    severity: 'error',
    message: 'wrong',
    position: { file: '/home/me/chain.yaml', line, column, length: 5 },
    ...changes,
  };
}

describe('a problem with its place in the file', () => {
  it('shows the line, the spot, the hint and the help', () => {
    const source = `${'\n'.repeat(21)}    promt: |\n      text\n`;
    const text = frame(
      problem(22, 5, {
        message: 'unknown key "promt" in step "kind"',
        label: 'did you mean "prompt"?',
        help: 'a step has exactly one of: prompt, run',
      }),
      source,
      options,
    );
    assert.equal(
      text,
      [
        'error[PC1102]: unknown key "promt" in step "kind"',
        '  --> chain.yaml:22:5',
        '   |',
        '22 |     promt: |',
        '   |     ^^^^^ did you mean "prompt"?',
        '   = help: a step has exactly one of: prompt, run',
        '',
      ].join('\n'),
    );
  });

  it('underlines the right columns after wide and combining characters and tabs', () => {
    const lines = frame(problem(1, 6), '漢é\t👍promt: x', options).split('\n');
    assert.equal(lines[3], '1 | 漢é 👍promt: x');
    assert.equal(lines[4], '  |       ^^^^^');
  });

  it('cuts a long line around the spot', () => {
    const lines = frame(problem(1, 5001), `${'a'.repeat(5000)}promt${'b'.repeat(5000)}`, options).split('\n');
    assert.ok((lines[3]?.length ?? 0) < 120);
    const caret = lines[4]?.indexOf('^') ?? -1;
    assert.equal(lines[3]?.slice(caret, caret + 5), 'promt');
  });

  it('shows no control or direction character of the file', () => {
    const text = frame(problem(1, 1, { message: 'a\x1b[2Jb' }), 'x\x1b[31m\u202ey\u200b', options);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(text, /[\x1b\u202e\u200b]/);
  });

  it('works without the text of the file, and past its end', () => {
    assert.match(frame(problem(3, 1, { label: 'here' }), undefined, options), /chain\.yaml:3:1\n {2}= here/);
    assert.match(frame(problem(9, 1), 'one line', options), /chain\.yaml:9:1\n/);
  });
});
