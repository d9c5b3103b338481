import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Check } from '../../src/chain/check.ts';
import { CODES } from '../../src/chain/codes.ts';
import { applyFixes } from '../../src/chain/fix.ts';
import { CODES as STEP_CODES } from '../../src/steps/codes.ts';
import { CODES as TEMPLATE_CODES } from '../../src/template/codes.ts';
import { check, checkFile, folder } from './checking.ts';
import { CATEGORIES } from './generated-files.ts';
import { createRandom, pick, type Random } from './generated-pieces.ts';

/** PROMPTCHAIN_TEST_FILES=10000 for the long run, PROMPTCHAIN_TEST_SEED to repeat another one. */
const FILES = Number(process.env.PROMPTCHAIN_TEST_FILES ?? 1500);
const SEED = Number(process.env.PROMPTCHAIN_TEST_SEED ?? 20_261_122);
const ALL_CODES = { ...CODES, ...STEP_CODES, ...TEMPLATE_CODES };

describe(`${FILES} generated files, seed ${SEED}: no crash, no hang, no error without its place`, () => {
  const names = Object.keys(CATEGORIES);
  for (const [index, name] of names.entries()) {
    it(name, { timeout: 300_000 }, () => {
      const random = createRandom(SEED + index);
      for (let file = 0; file < Math.ceil(FILES / (names.length + 1)); file += 1) {
        const text = CATEGORIES[name]?.(random) ?? '';
        inCase(text, () => holds(text, check(text)));
      }
    });
  }

  it('bytes', { timeout: 300_000 }, (test) => {
    const dir = folder(test, {});
    const random = createRandom(SEED + names.length);
    for (let file = 0; file < Math.ceil(FILES / (names.length + 1)); file += 1) {
      const bytes = bytesOf(random);
      writeFileSync(join(dir, 'a.yaml'), bytes);
      inCase(bytes.toString('hex'), () => {
        const result = checkFile(dir, 'a.yaml');
        holds(result.sources.get(join(dir, 'a.yaml')) ?? '', result);
      });
    }
  });
});

function bytesOf(random: Random): Buffer {
  const bytes = Buffer.from(CATEGORIES.valid?.(random) ?? '');
  const changes = Math.floor(random() * 4);
  for (let change = 0; change < changes; change += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return pick(random, [bytes, bytes.subarray(0, Math.floor(random() * bytes.length)), Buffer.from(bytes.toString(), 'utf16le')]);
}

function holds(text: string, { chain, problems, sources }: Check): void {
  assert.equal(
    chain === undefined,
    problems.some((problem) => problem.severity === 'error'),
  );
  let last = { line: 0, column: 0 };
  for (const { code, message, position, fix } of problems) {
    assert.ok(Object.hasOwn(ALL_CODES, code), `${code} is in the table of codes`);
    assert.ok(message.length > 0 && message.length < 1_000, message.slice(0, 2_000));
    assert.ok(!/[^\P{Cc}\t]|undefined|\[object/u.test(message), message);
    const source = sources.get(position.file);
    assert.ok(source !== undefined, `${position.file} is known`);
    const line = source.split('\n')[position.line - 1];
    assert.ok(line !== undefined, `line ${position.line} exists`);
    assert.ok(
      position.column >= 1 && position.column <= line.length + 1,
      `${position.line}:${position.column} exists: ${message}`,
    );
    assert.ok(
      (position.length ?? 1) >= 1 && position.column - 1 + (position.length ?? 1) <= line.length + 1,
      `${position.length} fits: ${message}`,
    );
    assert.ok(position.line > last.line || (position.line === last.line && position.column >= last.column), 'sorted');
    last = position;
    if (fix !== undefined)
      assert.ok(fix.start >= 0 && fix.start <= fix.end && fix.end <= text.length, 'the fix is inside the file');
  }
  if (text.length < 10_000) assert.equal(typeof applyFixes(text, problems), 'string');
}

function inCase(text: string, assertion: () => void): void {
  try {
    assertion();
  } catch (error) {
    throw new Error(`with the file ${JSON.stringify(text.slice(0, 3_000))}`, { cause: error });
  }
}
