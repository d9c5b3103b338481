import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ToolError, UsageError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { ScopeRules } from '../../src/core/tool.ts';
import { checkRule, parseRule } from '../../src/lib/permission-rule.ts';
import type { ToolboxOptions } from '../../src/tools/toolbox.ts';
import { never, scopeOf, toolbox } from './toolbox.ts';

type Rules = { readonly allow?: string[]; readonly ask?: string[]; readonly deny?: string[]; readonly around?: ScopeRules };

/** `allowed`, or the reason of the error, or `asked` and what was answered. */
async function decide(tool: string, args: JsonObject, rules: Rules, options: Partial<ToolboxOptions> = {}): Promise<string> {
  const scope = scopeOf({ dir: '/project', permissions: { allow: [], ask: [], deny: [], ...rules } });
  try {
    await toolbox(options).permit({ name: tool }, args, scope, never());
    return 'allowed';
  } catch (error) {
    if (error instanceof ToolError) return error.reason;
    throw error;
  }
}

const write = 'fs.write_file';
const docs = { path: 'docs/a.md' };

for (const [what, rules, flags, expected] of [
  ['no rule', {}, {}, 'allowed'],
  ['allow', { allow: ['fs.*'] }, {}, 'allowed'],
  ['deny', { deny: ['fs.*'] }, {}, 'denied'],
  ['deny of another tool', { deny: ['fs.read_file', 'git.*'] }, {}, 'allowed'],
  ['ask', { ask: ['fs.write_file'] }, {}, 'needs_human'],
  ['deny over ask', { ask: ['fs.*'], deny: ['fs.*'] }, {}, 'denied'],
  ['ask over allow', { allow: ['fs.*'], ask: ['fs.*'] }, {}, 'needs_human'],
  ['a narrower allow over ask', { allow: ['fs.write_*'], ask: ['*'] }, {}, 'allowed'],
  ['a wider allow under ask', { allow: ['fs.*'], ask: ['fs.write_*'] }, {}, 'needs_human'],
  ['an allow of another tool under ask', { allow: ['fs.read_*'], ask: ['fs.*'] }, {}, 'needs_human'],
  ['an allow that crosses the ask', { allow: ['*_file'], ask: ['fs.*'] }, {}, 'needs_human'],
  ['an allow of some arguments over ask', { allow: ['fs.write_file(path=docs/*)'], ask: ['fs.write_file'] }, {}, 'allowed'],
  ['an allow of other arguments under ask', { allow: ['fs.*(path=src/*)'], ask: ['fs.*'] }, {}, 'needs_human'],
  ['an ask of some arguments over a narrower name', { allow: ['fs.write_file'], ask: ['*(path=docs/*)'] }, {}, 'needs_human'],
  ['a second ask that is not lifted', { allow: ['fs.write_*'], ask: ['*', 'fs.write_file'] }, {}, 'needs_human'],
  [
    'an ask of the chain that calls, under an allow of the called one',
    { allow: ['fs.*'], around: { allow: [], ask: ['*'], deny: [] } },
    {},
    'needs_human',
  ],
  [
    'an allow of the chain that calls, under an ask of the called one',
    { ask: ['*'], around: { allow: ['fs.*'], ask: ['*'], deny: [] } },
    {},
    'needs_human',
  ],
  ['a deny of the chain that calls', { allow: ['fs.*'], around: { allow: [], ask: [], deny: ['fs.*'] } }, {}, 'denied'],
  ['a narrower allow under deny', { allow: ['fs.write_file'], deny: ['*'] }, {}, 'denied'],
  ['deny over allow', { allow: ['fs.*'], deny: ['*'] }, {}, 'denied'],
  ['--allow-tool turns ask into allow', { ask: ['*'] }, { allow: ['fs.write_file'] }, 'allowed'],
  ['--allow-tool of another tool does not', { ask: ['*'] }, { allow: ['fs.read_file'] }, 'needs_human'],
  ['--allow-tool does not lift deny', { deny: ['fs.*'] }, { allow: ['fs.*'] }, 'denied'],
  ['--deny-tool over everything', { allow: ['fs.*'] }, { allow: ['fs.*'], deny: ['fs.w*'] }, 'denied'],
  ['--deny-tool with arguments that differ', {}, { deny: ['fs.*(path=src/*)'] }, 'allowed'],
  ['--deny-tool with arguments that fit', {}, { deny: ['fs.*(path=docs/*)'] }, 'denied'],
  ['--approve auto', { ask: ['*'] }, { approve: 'auto' }, 'allowed'],
  ['--approve auto does not lift deny', { deny: ['*'] }, { approve: 'auto' }, 'denied'],
  ['--approve never', { ask: ['*'] }, { approve: 'never' }, 'denied'],
  ['--approve never with --allow-tool', { ask: ['*'] }, { approve: 'never', allow: ['fs.*'] }, 'allowed'],
  ['a malformed rule forbids', { deny: ['fs.*(path'] }, {}, 'denied'],
] as const satisfies readonly (readonly [string, Rules, Partial<ToolboxOptions>, string])[]) {
  test(`permissions: ${what}`, async () => {
    assert.equal(await decide(write, docs, rules as Rules, flags), expected);
  });
}

for (const [rule, args, allowed] of [
  ['fs.*(path=docs/*)', { path: 'docs/a' }, true],
  ['fs.*(path=docs/*)', { path: './docs/a' }, true],
  ['fs.*(path=docs/*)', { path: 'docs//a/../b' }, true],
  ['fs.*(path=docs/*)', { path: '/project/docs/a' }, true],
  ['fs.*(path=docs/*)', { path: 'docs/../../etc/passwd' }, false],
  ['fs.*(path=docs/*)', { path: 'docs\\..\\..\\etc' }, false],
  ['fs.*(path=docs/*)', { path: 'docs/..' }, false],
  ['fs.*(path=docs/*)', { path: '/project/docs/../src/a' }, false],
  ['fs.*(path=docs/*)', { path: '/docs/a' }, false],
  ['fs.*(path=docs/*)', {}, false],
  ['fs.*(path=docs/*)', { path: null }, false],
  ['fs.*(path=docs/*)', { path: ['docs/a', 'docs/b'] }, true],
  ['fs.*(path=docs/*)', { path: ['docs/a', 'src/b'] }, false],
  ['fs.*(path=docs/*, mode=w)', { path: 'docs/a', mode: 'w' }, true],
  ['fs.*(path=docs/*, mode=w)', { path: 'docs/a', mode: 'x' }, false],
  ['fs.*(path=docs/*, mode=w)', { path: 'docs/a' }, false],
  ['fs.*(options.mode=w)', { options: { mode: 'w' } }, true],
  ['fs.*(options.mode=w)', { options: 'w' }, false],
  ['fs.*(count=3)', { count: 3 }, true],
  ['fs.*(note=a\\,b\\)c)', { note: 'a,b)c' }, true],
  ['fs.*(to=https://good.example*)', { to: 'https://good.example/a' }, true],
  ['fs.*(to=https://good.example*)', { to: 'https://good.example@evil.example/' }, false],
  ['fs.*(to=https://good.example/*)', { to: 'https://good.example/../../x' }, true],
  ['fs.*(to=https://good.example/a/*)', { to: 'https://good.example/a/../b' }, false],
  ['fs.*(constructor=*)', {}, false],
] as const) {
  test(`an allowing rule ${rule} ${allowed ? 'fits' : 'does not fit'} ${JSON.stringify(args)}`, async () => {
    const decision = await decide(write, args, { ask: ['*'] }, { allow: [rule] });
    assert.equal(decision, allowed ? 'allowed' : 'needs_human');
  });
}

for (const args of [
  { path: 'secret/a' },
  { path: './secret/a' },
  { path: 'docs/../secret/a' },
  { path: '/project/secret/a' },
  { path: '/project/docs/../secret/a' },
  { path: 'docs\\..\\secret\\a' },
  { path: ['docs/a', 'secret/a'] },
  { path: 'file:///project/secret/a' },
  { path: 'file:///project/docs/%2e%2e/secret/a' },
]) {
  test(`a denying rule catches every way to write a path: ${JSON.stringify(args)}`, async () => {
    assert.equal(await decide(write, args, { deny: ['fs.*(path=secret/*)'] }), 'denied');
  });
}

for (const to of [
  'https://evil.example/a',
  'HTTPS://EVIL.example:443/a',
  'https:/evil.example/a',
  'https:evil.example/a',
  'https:\\\\evil.example\\a',
  ' https://evil.example/a',
  '\u0001https://evil.example/a',
  'ht\ttps://evil.\nexample/a',
  'https://user@evil.example/a',
  'https://evil.example./a',
  'https://evil%2eexample/a',
]) {
  test(`a denying rule catches every way to write an address: ${JSON.stringify(to)}`, async () => {
    assert.equal(await decide('web.get', { to }, { deny: ['web.*(to=https://evil.example/*)'] }), 'denied');
    assert.equal(await decide('web.get', { to }, { ask: ['*'] }, { allow: ['web.*(to=https://good.example/*)'] }), 'needs_human');
  });
}

test('no path that leads out of a folder fits a rule for that folder', async () => {
  const part = fc.constantFrom('..', '.', 'docs', 'a', '', '...', '..\\');
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 8 }), async (parts) => {
      const path = parts.join('/');
      const stack: string[] = [];
      let left = path.startsWith('/');
      for (const each of path.split(/[\\/]/)) {
        if (each === '..' && stack.pop() === undefined) left = true;
        if (each !== '..' && each !== '.' && each !== '') stack.push(each);
      }
      const inside = !left && stack[0] === 'docs';
      const decision = await decide(write, { path }, { ask: ['*'] }, { allow: ['fs.*(path=docs/*)'] });
      if (decision === 'allowed') assert.ok(inside, path);
    }),
  );
});

test('without anyone to ask the error names tool, arguments, rule and flag, and hides secrets', async () => {
  const scope = scopeOf({ permissions: { allow: [], ask: ['fs.*'], deny: [] } });
  const box = toolbox({ redact: (text) => text.replaceAll('hunter2', '***') });
  const args = { path: 'a', content: `hunter2 ${'x'.repeat(5_000)}` };
  await assert.rejects(box.permit({ name: write }, args, scope, never()), (error: ToolError) => {
    assert.equal(error.code, 'PC7062');
    assert.match(error.message, /"fs\.write_file".*"fs\.\*".*"path":"a".*\*\*\*/s);
    assert.ok(!error.message.includes('hunter2'));
    assert.ok(error.message.length < 1_000);
    assert.match(error.help ?? '', /--allow-tool "fs\.write_file"/);
    return true;
  });
});

test('a person is asked once for each call; always holds for that tool and rule', async () => {
  const asked: string[] = [];
  const answers = ['yes', 'no', 'always'] as const;
  const box = toolbox({
    ask: async ({ tool, rule }) => {
      asked.push(`${tool} ${rule}`);
      return answers[asked.length - 1] ?? 'no';
    },
  });
  const scope = scopeOf({ permissions: { allow: [], ask: ['fs.*'], deny: ['fs.rm'] } });
  const permit = (name: string) => box.permit({ name }, {}, scope, never());
  await permit('fs.write');
  await assert.rejects(permit('fs.write'), { reason: 'denied', code: 'PC7063' });
  await permit('fs.write');
  await permit('fs.write');
  assert.deepEqual(asked, ['fs.write fs.*', 'fs.write fs.*', 'fs.write fs.*']);
  await assert.rejects(permit('fs.read'), { reason: 'denied' });
  assert.equal(asked.length, 4);
  await assert.rejects(permit('fs.rm'), { code: 'PC7061' });
  assert.equal(asked.length, 4);
});

test('calls made together ask one after the other, and an always spares the rest', async () => {
  let open = 0;
  let asked = 0;
  const box = toolbox({
    ask: async () => {
      asked += 1;
      open += 1;
      assert.equal(open, 1);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return 'always';
    },
  });
  const scope = scopeOf({ permissions: { allow: [], ask: ['*'], deny: [] } });
  await Promise.all(Array.from({ length: 5 }, () => box.permit({ name: write }, {}, scope, never())));
  assert.equal(asked, 1);
});

test('a question that fails does not stand in the way of the next', async () => {
  let asked = 0;
  const box = toolbox({
    ask: async () => {
      asked += 1;
      if (asked === 1) throw new Error('the terminal is gone');
      return 'yes';
    },
  });
  const scope = scopeOf({ permissions: { allow: [], ask: ['*'], deny: [] } });
  await assert.rejects(box.permit({ name: write }, {}, scope, never()), /terminal is gone/);
  await box.permit({ name: write }, {}, scope, never());
});

for (const [rule, problem] of [
  ['', /names no tool/],
  ['(path=a)', /names no tool/],
  ['a b', /"a b"/],
  ['a)', /"a\)"/],
  ['a=b', /"a=b"/],
  ['a(', /no closing bracket/],
  ['a(b=c', /no closing bracket/],
  ['a(b=c) d', /goes on after/],
  ['a()', /name=pattern/],
  ['a(b)', /"b" in its brackets/],
  ['a(=b)', /name=pattern/],
  ['a(b=c,)', /name=pattern/],
  ['a(b..c=d)', /name=pattern/],
  ['a(b=c\\d)', /needs none/],
  ['a(b=c\\', /needs none/],
] as const) {
  test(`a malformed rule is told: ${rule}`, () => {
    assert.match(checkRule(rule) ?? '', problem);
    assert.throws(() => toolbox({ allow: [rule] }), UsageError);
    assert.throws(() => toolbox({ deny: [rule] }), UsageError);
  });
}

test('a rule is read into its parts', () => {
  assert.deepEqual(parseRule(' fs.write_*( path = docs/*, a.b=c\\,d ) '), {
    rule: {
      source: ' fs.write_*( path = docs/*, a.b=c\\,d ) ',
      name: 'fs.write_*',
      args: [
        { path: ['path'], pattern: 'docs/*' },
        { path: ['a', 'b'], pattern: 'c,d' },
      ],
    },
  });
  for (const rule of ['run', '*', 'github.*', 'http.fetch(url=https://a.example/*)']) assert.equal(checkRule(rule), undefined);
});
