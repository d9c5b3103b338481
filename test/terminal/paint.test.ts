import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ColorChoice, colorLevel, openPaint } from '../../src/terminal/paint.ts';

describe('the decision about colours', () => {
  const cases: readonly (readonly [string, Partial<ColorChoice>, boolean])[] = [
    ['a terminal gets them', { isTTY: true }, true],
    ['a pipe does not', { isTTY: false }, false],
    ['--color never', { flag: 'never', isTTY: true, env: { FORCE_COLOR: '1' } }, false],
    ['--color always', { flag: 'always', isTTY: false, env: { NO_COLOR: '1', TERM: 'dumb' } }, true],
    ['--color auto leaves it to the environment', { flag: 'auto', isTTY: true, env: { NO_COLOR: '1' } }, false],
    ['NO_COLOR', { isTTY: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
    ['an empty NO_COLOR is none', { isTTY: true, env: { NO_COLOR: '' } }, true],
    ['FORCE_COLOR', { isTTY: false, env: { FORCE_COLOR: '1' } }, true],
    ['FORCE_COLOR=0', { isTTY: true, env: { FORCE_COLOR: '0' } }, false],
    ['CLICOLOR_FORCE', { isTTY: false, env: { CLICOLOR_FORCE: '1' } }, true],
    ['CLICOLOR=0', { isTTY: true, env: { CLICOLOR: '0' } }, false],
    ['TERM=dumb', { isTTY: true, env: { TERM: 'dumb' } }, false],
    ['the configuration', { isTTY: true, config: 'never' }, false],
    ['the environment goes over the configuration', { isTTY: false, config: 'never', env: { FORCE_COLOR: '1' } }, true],
  ];
  for (const [name, choice, coloured] of cases) {
    it(name, () => assert.equal(colorLevel({ env: {}, isTTY: false, ...choice }) > 0, coloured));
  }

  it('level 0 leaves text as it is, any other does not', async () => {
    assert.equal((await openPaint(0)).red('x'), 'x');
    assert.equal((await openPaint(1)).red('x'), '\x1b[31mx\x1b[39m');
  });
});
