import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { applyFixes } from '../../src/chain/fix.ts';
import { check, checkFile, folder, line, told } from './checking.ts';

/** The one problem of a text that is refused as a whole. */
function refusal(text: string): string {
  const { chain, problems } = check(text);
  assert.equal(chain, undefined);
  assert.equal(problems.length, 1, JSON.stringify(problems.slice(0, 3)));
  return problems.map(line).join();
}

describe('a hostile file is refused with a position:', () => {
  it('too many bytes, lines, levels, aliases, values, documents', () => {
    assert.match(refusal(`steps: ["${'x'.repeat(1024 * 1024)}"]`), /^PC1003 1:1 the file has 1048587 bytes/);
    assert.match(refusal('\n'.repeat(20_001)), /^PC1003 20001:1 the file has 20002 lines/);
    assert.equal(refusal('['.repeat(500_000)), 'PC1003 1:201 maps and lists are nested deeper than 200 levels');
    assert.equal(refusal('{a: '.repeat(100_000)), 'PC1003 1:801 maps and lists are nested deeper than 200 levels');
    assert.equal(refusal('- '.repeat(10_000)).slice(0, 6), 'PC1003');
    assert.equal(refusal('? '.repeat(10_000)).slice(0, 6), 'PC1003');
    assert.equal(refusal(Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')).slice(0, 6), 'PC1003');
    assert.equal(refusal(`a: &a 1\nb: [${'*a, '.repeat(60)}]\nsteps: [x]`), 'PC1003 2:205 the file has more than 50 aliases');
    assert.match(refusal(`[${','.repeat(500_000)}]`), /^PC1003 1:\d+ the file has too many values/);
    assert.match(refusal('steps: ["{input}"]\n---\nsteps: ["{input}"]\n'), /^PC1003 2:1 a chain file holds one document/);
  });

  it('nesting just under the limit is not', () => {
    const text = `steps:\n  - set: ${'['.repeat(190)}${']'.repeat(190)}\n    id: s\n  - "{input}"\n`;
    assert.deepEqual(told(text), []);
  });

  it('aliases that double and double again', () => {
    const levels = Array.from({ length: 24 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]\n`);
    assert.match(refusal(`a0: &a0 [x, x]\n${levels.join('')}steps: *a24\n`), /^PC1003 \d+:\d+ this stands for \d+ values/);
    assert.match(told('steps: &a ["{input}", *a]\n').join(), /^PC1007 1:23 the alias "\*a" refers to the value it is in/);
  });

  it('bytes that are not UTF-8', (test) => {
    const dir = folder(test, {});
    const file = (name: string, bytes: Buffer) => {
      writeFileSync(join(dir, name), bytes);
      return checkFile(dir, name).problems.map(line);
    };
    assert.deepEqual(file('a.yaml', Buffer.from('steps:\n  - "é\xff"\n', 'latin1')), ['PC1002 2:6 byte 12 (0xe9) is not UTF-8']);
    assert.deepEqual(file('b.yaml', Buffer.concat([Buffer.from('steps: ["é {input}"]\n#'), Buffer.from([0xe2, 0x82])])), [
      'PC1002 2:2 byte 23 (0xe2) is not UTF-8',
    ]);
    assert.deepEqual(file('c.yaml', Buffer.from('\ufeffsteps: ["{input}", "{inputs.x}"]\n')), [
      'PC3004 1:29 the chain has no input "x"',
    ]);
    assert.deepEqual(file('d.yaml', Buffer.from('steps: ["{input}"]\n', 'utf16le')).length > 0, true);
  });

  it('characters that hide or reverse text, with a fix that removes them', () => {
    const hidden = ['\u202e', '\u2066', '\u200b', '\u2060', '\ufeff', '\u{e0041}', '\0', '\x1b', '\x7f', '\u0085', '\uffff'];
    for (const character of hidden) {
      const text = `steps: ["{input} ${character}"]\n`;
      const { problems } = check(text);
      assert.deepEqual(
        problems.map(({ code, position }) => [code, position.line, position.column]),
        [['PC1004', 1, 18]],
      );
      assert.deepEqual(told(applyFixes(text, problems)), []);
    }
    assert.deepEqual(told('steps: ["{input}"]\rname: a\n'), [
      'PC1004 1:19 a carriage return without a line feed (\\x0d) is not allowed in a chain file',
    ]);
  });

  it('and what people write is not: emoji, flags, joiners, escapes, CRLF', () => {
    assert.deepEqual(told('steps:\r\n  - "{input} 👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 می‌خواهم \\u202e"\r\n'), []);
    assert.deepEqual(told('na\u200dme: x\nsteps: ["{input}"]\n'), [
      'PC1006 1:1 the key "na\\u{200d}me" holds an invisible character',
    ]);
  });

  it('more errors than anyone reads are cut', () => {
    const { problems } = check(`steps:\n${'  - "{inputs.absent}"\n'.repeat(5000)}`);
    assert.equal(problems.filter((problem) => problem.severity === 'error').length, 200);
  });

  it('a file that cannot be read', (test) => {
    const dir = folder(test, { 'a.yaml/x': '' });
    assert.deepEqual(checkFile(dir, 'none.yaml').problems.map(line), [
      'PC1001 1:1 the chain file none.yaml cannot be read: it does not exist',
    ]);
    assert.deepEqual(checkFile(dir, 'a.yaml').problems.map(line), [
      'PC1001 1:1 the chain file a.yaml cannot be read: it is a folder',
    ]);
    symlinkSync('loop.yaml', join(dir, 'loop.yaml'));
    assert.deepEqual(checkFile(dir, 'loop.yaml').problems.map(line), [
      'PC1001 1:1 the chain file loop.yaml cannot be read: it is a link that leads to itself',
    ]);
  });

  it('a pipe that nobody writes to, and a device that never ends', { skip: process.platform === 'win32' }, (test) => {
    const dir = folder(test, { 'b.yaml': 'steps: [{chain: pipe.yaml}]\n' });
    execFileSync('mkfifo', [join(dir, 'pipe.yaml')]);
    const isPipe = 'the chain file pipe.yaml cannot be read: it is a named pipe';
    assert.deepEqual(checkFile(dir, 'pipe.yaml').problems.map(line), [`PC1001 1:1 ${isPipe}`]);
    assert.deepEqual(checkFile(dir, 'b.yaml').problems.map(line), [`PC1001 1:17 ${isPipe}`]);
    assert.deepEqual(checkFile('/dev', 'zero').problems.map(line), [
      'PC1003 1:1 the file has 1048577 bytes; a chain file may have 1048576',
    ]);
  });
});
