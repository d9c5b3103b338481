import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { type Live, onTerminal } from '../live.ts';
import { openSandbox } from '../sandbox.ts';
import { hunk, prefers, problems, promptOf, roleOf, type Script, scripted } from './scripted.ts';

const PROMPT = 'Be good.\nUse {input} and {inputs.tone}.\n';
const BETTER = 'Answer in one sentence.\nUse {input} and {inputs.tone}.\n';

const CHAIN = `# Letters
model: openai/gpt-4o-mini # cheap
inputs:
  tone: {type: string, default: kind}
steps:
  - id: facts
    prompt: &p "Facts of: {input}"
  - id: letter # the heart
    prompt: | # as a block
      Be good.

      Use {steps.facts.output} and {inputs.tone}.
    temperature: 0   # exact
  - {id: last, prompt: 'Polish: {input}'}
`;

/** A sandbox, and a provider that plays judge and improver; `engineer` runs the command against it. */
async function open(files: Record<string, string>, script: Script = {}) {
  const sandbox = openSandbox(files);
  const fake = await startFakeProvider({ replies: scripted(script) });
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: fake.openaiUrl };
  return {
    sandbox,
    fake,
    env,
    read: (name: string) => readFileSync(sandbox.path(name), 'utf8'),
    engineer: (args: readonly string[], stdin = '') =>
      sandbox.run(
        ['engineer', ...args, '-m', 'openai/gpt-4o-mini'].filter((arg) => arg !== ''),
        { env, stdin },
      ),
    asked: (role: string) => fake.requests.map(promptOf).filter((prompt) => roleOf(prompt) === role),
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

describe('engineer improve', () => {
  it('shows a better prompt and writes nothing', async () => {
    await using at = await open({ 'prompt.md': PROMPT });
    const { code, stdout, stderr } = await at.engineer(['improve', 'prompt.md']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^--- prompt\.md\n\+\+\+ prompt\.md\n@@ .*\n-Be good\.\n\+Answer in one sentence\.\n/);
    assert.match(stderr, /better: judged, not measured, 3 of 3 votes for the new; /);
    assert.match(stderr, /It is clearer\./);
    assert.match(stderr, /nobody knows what good is/);
    assert.match(stderr, /\n9 calls, \$0\.00\d+ \(improver openai\/gpt-4o-mini, judge openai\/gpt-4o-mini\)/);
    assert.equal(at.read('prompt.md'), PROMPT);
  });

  it('puts it into the prompt file with --write, front matter kept, and keeps what was there', async () => {
    const before = `---\r\ntemperature: 0\r\n---\r\n${PROMPT.replaceAll('\n', '\r\n')}`;
    await using at = await open({ 'prompt.md': before });
    const { code, stdout, stderr } = await at.engineer(['improve', 'prompt.md', '--write']);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    assert.equal(at.read('prompt.md'), before.replace('Be good.', 'Answer in one sentence.'));
    const [folder = ''] = readdirSync(at.sandbox.path('.promptchain/history'));
    const [kept = ''] = readdirSync(at.sandbox.path(`.promptchain/history/${folder}`));
    assert.equal(at.read(`.promptchain/history/${folder}/${kept}`), before);
  });

  it('changes nothing of a chain but the text of the step', async () => {
    await using at = await open({ 'chain.yaml': CHAIN });
    const { code, stderr } = await at.engineer(['improve', 'chain.yaml#letter', '--write']);
    assert.equal(code, 0, stderr);
    assert.equal(at.read('chain.yaml'), CHAIN.replace('Be good.', 'Answer in one sentence.'));
  });

  it('takes all steps of a chain, and exits with 5 where nothing is to be done', async () => {
    await using at = await open({ 'chain.yaml': CHAIN.replace('Be good.', 'Be kind.') });
    const { code, stdout, stderr } = await at.engineer(['improve', 'chain.yaml', '--json']);
    assert.deepEqual([code, stderr], [5, '']);
    const { results, calls } = JSON.parse(stdout);
    assert.deepEqual(
      results.map(({ target, changed, reason }: Record<string, unknown>) => [target, changed, reason]),
      ['facts', 'letter', 'last'].map((id) => [`chain.yaml#${id}`, false, 'no problem left']),
    );
    assert.equal(calls, 3);
  });

  it('reckons chance over inputs, not over votes, and comes to the same with any number at a time', async () => {
    const files = { 'prompt.md': 'Be good.\nAbout: {input}\n' };
    const results = [];
    for (const jobs of ['1', '3', '8']) {
      await using at = await open(files);
      const inputs = ['a', 'b', 'c', 'd', 'e'];
      const args = ['improve', 'prompt.md', '--inputs', ...inputs, '--max-iterations', '1', '-j', jobs, '--json'];
      const { results: found, calls } = JSON.parse((await at.engineer(args)).stdout);
      assert.equal(calls, at.fake.requests.length);
      results.push(found);
      const [{ wins, losses, p, votes }] = found[0].decisions;
      assert.deepEqual([wins, losses, p, votes], [5, 0, 1 / 32, { new: 15, old: 0, tie: 0 }]);
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  });

  it('refuses to write over a file that changed meanwhile', async () => {
    await using at = await open(
      { 'prompt.md': PROMPT },
      {
        choose(prompt) {
          at.sandbox.write({ 'prompt.md': 'Mine.\n' });
          return prefers('one sentence')(prompt);
        },
      },
    );
    const { code, stderr } = await at.engineer(['improve', 'prompt.md', '--write']);
    assert.notEqual(code, 0);
    assert.match(stderr, /prompt\.md changed in the meantime/);
    assert.equal(at.read('prompt.md'), 'Mine.\n');
  });

  it('rejects an edit that loses a placeholder, says why, and takes the second try', async () => {
    await using at = await open(
      { 'prompt.md': PROMPT },
      {
        revise: (prompt, before) => {
          if (before > 0) return hunk('Be good.', 'Answer in one sentence.');
          const line = /^Use .*$/m.exec(prompt)?.[0] ?? '';
          return hunk(`Be good.\n${line}`, 'Answer in one sentence.\nUse it.');
        },
      },
    );
    const { code } = await at.engineer(['improve', 'prompt.md', '--write']);
    assert.equal(code, 0);
    assert.equal(at.read('prompt.md'), BETTER);
    const [, second = ''] = at.asked('revise');
    assert.match(second, /⟦P\d⟧ has to occur once, and occurs not at all/);
  });

  it('never takes an edit of an improver that always loses one', async () => {
    await using at = await open(
      { 'prompt.md': PROMPT },
      { revise: (prompt) => hunk(`Be good.\n${/^Use .*$/m.exec(prompt)?.[0]}`, 'Answer in one sentence.') },
    );
    const { code, stderr } = await at.engineer(['improve', 'prompt.md', '--write']);
    assert.equal(code, 5, stderr);
    assert.match(stderr, /the edit was refused \(placeholders\)/);
    assert.equal(at.read('prompt.md'), PROMPT);
    assert.deepEqual(at.asked('choose'), []);
  });

  it('takes a judge that always says "first" for a tie', async () => {
    for (const extra of [[], ['--inputs', 'a', 'b']]) {
      await using at = await open({ 'prompt.md': 'Be good.\n{input}\n' }, { choose: () => 'WINNER: first' });
      const { code, stdout } = await at.engineer(['improve', 'prompt.md', '--json', '--max-iterations', '1', ...extra]);
      assert.equal(code, 5);
      const [{ decisions, changed }] = JSON.parse(stdout).results;
      assert.equal(changed, false);
      assert.deepEqual([decisions[0].wins, decisions[0].losses, decisions[0].ties], [0, 0, extra.length === 0 ? 1 : 2]);
    }
  });

  it('with inputs runs both prompts on the task model, in their chain, and says that it measured', async () => {
    await using at = await open({ 'chain.yaml': CHAIN });
    const { code, stderr } = await at.engineer(['improve', 'chain.yaml#letter', '--inputs', 'A fine day', '--votes', '1']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /better: measured on the inputs by blind comparison, new 1 : 0 old/);
    const tried = at.asked('answer').filter((prompt) => prompt.includes('and kind.'));
    assert.deepEqual(
      tried.map((prompt) => prompt.split('\n')[0]),
      ['Be good.', 'Answer in one sentence.'],
    );
    assert.match(at.asked('choose')[0] ?? '', /<first>\na long text\n<\/first>\n<second>\none sentence\n<\/second>/);
  });

  it('stops at its budget and still tells what it found', async () => {
    await using at = await open({ 'prompt.md': PROMPT });
    const { code, stderr } = await at.engineer(['improve', 'prompt.md', '--max-calls', '3']);
    assert.equal(code, 6, stderr);
    assert.match(stderr, /no change \(3 of 3 calls/);
    assert.equal(at.fake.requests.length, 3);
  });

  it('keeps code as it is unless told otherwise', async () => {
    const prompt = 'Be good.\n```\nx = 1\n```\n';
    for (const [flag, code] of [['', 5] as const, ['--protect-content', 5] as const, ['--no-protect-content', 0] as const]) {
      await using at = await open(
        { 'prompt.md': prompt },
        {
          critique: (text) =>
            text.includes('x = 1') || text.includes('Be good.') ? problems({ quote: 'Be good.', problem: 'vague' }) : problems(),
          revise: (text) =>
            text.includes('x = 1') ? hunk('Be good.', 'Answer in one sentence.') : hunk('⟦P1⟧', 'Answer in one sentence.'),
        },
      );
      const ended = await at.engineer(['improve', 'prompt.md', '--max-iterations', '1', flag]);
      assert.equal(ended.code, code, `${flag} ${ended.stderr}`);
    }
  });

  it('keeps lines that --keep names, and a length', async () => {
    for (const flags of [
      ['--keep', '^Be'],
      ['--max-length', '1x'],
    ]) {
      await using at = await open({ 'prompt.md': PROMPT });
      const { code, stderr } = await at.engineer(['improve', 'prompt.md', '--max-iterations', '1', ...flags]);
      assert.equal(code, 5, stderr);
    }
  });

  it('shows a plan and asks nobody with --dry-run', async () => {
    await using at = await open({ 'prompt.md': PROMPT });
    const { code, stdout } = await at.engineer(['improve', 'prompt.md', '--dry-run', '--inputs', 'a', 'b']);
    assert.equal(code, 0);
    assert.match(stdout, /^prompt\.md: at most 39 calls of the judge, 6 of the improver, 12 runs of the prompt\n/);
    assert.deepEqual(at.fake.requests, []);
  });

  it('says what to do without a language model, a prompt or a step', async () => {
    using sandbox = openSandbox({ 'prompt.md': PROMPT, 'chain.yaml': CHAIN });
    for (const [args, code, message] of [
      [['improve', 'prompt.md'], 2, /is not a language model[\s\S]*--judge-model/],
      [['improve'], 2, /nothing to improve is named/],
      [['improve', 'chain.yaml#leter'], 2, /did you mean "chain\.yaml#letter"/],
      [['improve', 'none.md'], 2, /cannot read/],
      [['improve', '--techniques', 'few_shot', 'prompt.md', '--task', 'x'], 2, /goes before the options/],
      [['improve', 'prompt.md', '--focus', 'clearness'], 2, /use one of: clarity/],
      [['improve', '-', '--write'], 2, /did not come from a file/],
      [['improve', 'prompt.md', '--feedback', 'human'], 2, /add --note/],
      [['improve', 'prompt.md', '-i'], 2, /-i needs a terminal/],
      [['imprve', 'prompt.md'], 2, /did you mean "promptchain engineer improve"/],
    ] as const) {
      const ended = await sandbox.run(['engineer', ...args], { stdin: 'Be good.' });
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, message);
    }
  });
});

describe('the command line of the original', () => {
  it('improves stdin into a file', async () => {
    await using at = await open({});
    const { code, stdout, stderr } = await at.engineer(['--initial-prompt', '-', '--output-file', 'out.md'], PROMPT);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    assert.equal(at.read('out.md'), BETTER);
  });

  it('prints the improved prompt alone on stdout', async () => {
    await using at = await open({});
    assert.equal((await at.engineer(['--initial-prompt', 'Be good.'])).stdout, 'Answer in one sentence.\n');
    assert.equal((await at.engineer(['-'], 'Be kind.\n')).stdout, 'Be kind.\n');
  });

  it('writes a prompt for --task; --initial-prompt goes over it', async () => {
    await using at = await open(
      {},
      { answer: () => 'Sure.\n<new_prompt>\nSort the ticket.\n<ticket>\n{input}\n</ticket>\n</new_prompt>' },
    );
    const task = await at.engineer(['--task', 'sort tickets']);
    assert.deepEqual([task.code, task.stdout], [0, 'Sort the ticket.\n<ticket>\n{input}\n</ticket>\n'], task.stderr);
    const both = await at.engineer(['--task', 'sort tickets', '--initial-prompt', 'Be kind.']);
    assert.equal(both.stdout, 'Be kind.\n');
  });

  it('works techniques in, by name and parameter, and leaves out those that are there', async () => {
    await using at = await open({}, { critique: () => problems() });
    const names = ['few_shot:2', 'forbidden_words:maybe,perhaps,delimiters', 'step_by_step'];
    await at.engineer(['--initial-prompt', 'Be good. Go step by step.', '--techniques', ...names]);
    const [asked = ''] = at.asked('revise');
    assert.match(asked, /<techniques>\nExamples: /);
    assert.match(asked, /this many: 2/);
    assert.match(asked, /Forbidden words: [\s\S]*maybe,perhaps\. /);
    assert.match(asked, /Delimiters: Put each value/);
    assert.doesNotMatch(asked, /numbered steps/);
    for (const [name, message] of [
      ['few_shots', /did you mean "few_shot"/],
      ['role_playing', /needs its profession/],
    ] as const) {
      const wrong = await at.engineer(['--initial-prompt', 'x', '--techniques', name]);
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, message);
    }
  });

  it('asks --evaluator-model and --improver-model each its own', async () => {
    await using at = await open({});
    const models = ['--evaluator-model', 'openai/gpt-4o', '--improver-model', 'openai/gpt-4.1-mini'];
    const { code, stderr } = await at.engineer(['--initial-prompt', 'Be good.', ...models]);
    assert.equal(code, 0, stderr);
    const modelOf = new Map(at.fake.requests.map((request) => [roleOf(promptOf(request)), request.body.model]));
    assert.deepEqual(
      [...modelOf],
      [
        ['critique', 'gpt-4o'],
        ['revise', 'gpt-4.1-mini'],
        ['choose', 'gpt-4o'],
      ],
    );
  });

  it('looks at what --focus names, as often as --max-iterations allows, and tells more with --verbose', async () => {
    await using at = await open({}, { choose: () => 'WINNER: tie' });
    const flags = ['--focus', 'completeness', '--max-iterations', '2', '--verbose'];
    const { code, stderr } = await at.engineer(['--initial-prompt', 'Be good.', ...flags]);
    assert.equal(code, 5);
    assert.deepEqual(
      at.asked('critique').map((prompt) => /Judge its (.*?)\. /.exec(prompt)?.[1]),
      ['completeness', 'completeness'],
    );
    assert.match(stderr, /judge answered \(\$0\.0/);
  });

  it('takes a person for the judge with --feedback human, and both with both', async () => {
    await using at = await open({}, { revise: () => hunk('Be kind.', 'Answer in one sentence.') });
    const flags = ['--initial-prompt', 'Be kind.', '--note', 'one sentence is enough', '--max-iterations', '1'];
    assert.equal((await at.engineer([...flags, '--feedback', 'human'])).stdout, 'Answer in one sentence.\n');
    assert.deepEqual(at.asked('critique'), []);
    assert.match(at.asked('revise')[0] ?? '', /<author_says>\n- one sentence is enough/);
    await at.engineer([...flags, '--feedback', 'both']);
    assert.equal(at.asked('critique').length, 1);
  });

  it('tries both prompts with --test and --test-inputs', async () => {
    await using at = await open({ 'inputs.txt': 'one\n\ntwo\n', 'inputs.jsonl': '{"input": "three"}\n' });
    const tried = async (...flags: string[]) => {
      const before = at.asked('answer').length;
      const { stderr } = await at.engineer(['--initial-prompt', 'Be good.', '--votes', '1', '-j', '1', ...flags]);
      assert.match(stderr, /measured on the inputs/);
      return at.asked('answer').slice(before);
    };
    assert.deepEqual(await tried('--test'), ['Be good.', 'Answer in one sentence.']);
    assert.deepEqual(await tried('--test', '--test-inputs', 'a', 'b'), [
      'Be good.\n\na',
      'Answer in one sentence.\n\na',
      'Be good.\n\nb',
      'Answer in one sentence.\n\nb',
    ]);
    assert.equal((await tried('--test-inputs', 'inputs.txt')).length, 4);
    assert.deepEqual((await tried('--inputs', 'inputs.jsonl'))[0], 'Be good.\n\nthree');
    const wrong = await at.engineer(['--initial-prompt', 'Use {input}', '--test']);
    assert.deepEqual([wrong.code, /--test needs inputs/.test(wrong.stderr)], [2, true]);
  });
});

describe('engineer improve --synthesize', () => {
  const PLAIN = { 'prompt.md': 'Be good.\nAbout: {input}\n' };

  it('tries both prompts on inputs that the improver made up, shows them, and says so', async () => {
    await using at = await open(PLAIN);
    const { code, stderr } = await at.engineer(['improve', 'prompt.md', '--synthesize', '5', '--votes', '1', '-j', '1']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /made up 3 inputs:\n {2}1\. a day\n {2}2\. a night\n {2}3\. noon\n/);
    assert.match(stderr, /better: measured on 3 made-up inputs by blind comparison, new 3 : 0 old \(p = 0\.125\)/);
    const [asked = ''] = at.asked('makeUp');
    assert.match(asked, /Write 5 inputs/);
    assert.match(asked, /<prompt>\nBe good\.\nAbout: \{input\}\n<\/prompt>/);
    const runs = ['a day', 'a night', 'noon'].flatMap((input) => [
      `Be good.\nAbout: ${input}`,
      `Answer in one sentence.\nAbout: ${input}`,
    ]);
    assert.deepEqual(at.asked('answer'), runs);
  });

  it('tells what goes first where the prompt stands later in its chain, and has the inputs in --json', async () => {
    await using at = await open({ 'chain.yaml': CHAIN });
    const { stdout } = await at.engineer(['improve', 'chain.yaml#letter', '--synthesize', '3', '--votes', '1', '--json']);
    const { results } = JSON.parse(stdout);
    assert.deepEqual(
      [results[0].inputs, results[0].inputs_made_up, results[0].basis],
      [['a day', 'a night', 'noon'], true, 'measured'],
    );
    assert.match(at.asked('makeUp')[0] ?? '', /<first>\nFacts of: \{input\}\n<\/first>/);
  });

  it('asks once more for what cannot be read, and then gives up before anything else is paid for', async () => {
    await using at = await open(PLAIN, { makeUp: () => 'Here are some: one, two, three.' });
    const { code, stderr } = await at.engineer(['improve', 'prompt.md', '--synthesize', '3']);
    assert.deepEqual([code, at.fake.requests.length], [2, 2], stderr);
    assert.match(stderr, /made up no inputs that can be used[\s\S]*--inputs/);
  });

  it('wants at least three, and no inputs beside them', async () => {
    await using at = await open(PLAIN);
    const few = await at.engineer(['improve', 'prompt.md', '--synthesize', '2']);
    assert.deepEqual([few.code, /from 3 to 50/.test(few.stderr)], [2, true], few.stderr);
    const both = await at.engineer(['improve', 'prompt.md', '--synthesize', '3', '--inputs', 'a']);
    assert.deepEqual([both.code, /--synthesize makes inputs up/.test(both.stderr)], [2, true], both.stderr);
    const plan = await at.engineer(['improve', 'prompt.md', '--synthesize', '4', '--dry-run']);
    assert.match(plan.stdout, /8 of the improver, 24 runs of the prompt/);
    assert.equal(at.fake.requests.length, 0);
  });
});

describe('engineer improve --cache', () => {
  const args = ['improve', 'prompt.md', '--inputs', 'a', 'b', '--json'];
  const result = ({ stdout }: { readonly stdout: string }) => {
    const { calls, cached, cost_usd, results } = JSON.parse(stdout);
    return { calls, cached, cost_usd, results };
  };

  it('the same command again asks nobody and comes to the same', async () => {
    await using at = await open({ 'prompt.md': 'Be good.\nAbout: {input}\n' });
    const first = result(await at.engineer(args));
    const asked = at.fake.requests.length;
    assert.deepEqual([first.calls, first.cached], [asked, 0]);
    const again = result(await at.engineer(args));
    assert.equal(at.fake.requests.length, asked);
    assert.deepEqual([again.calls, again.cached, again.cost_usd], [0, asked, 0]);
    assert.deepEqual(again.results, first.results);
    const told = await at.engineer(args.slice(0, -1));
    assert.match(told.stderr, new RegExp(`0 calls, \\$0\\.0000, ${asked} answers from the cache`));
  });

  it('every comparison of a pair is an answer of its own', async () => {
    const split = (_: string, before: number) => `WINNER: ${before % 4 < 2 ? 'first' : 'second'}`;
    await using at = await open({ 'prompt.md': 'Be good.\n' }, { choose: split });
    const first = result(await at.engineer(['improve', 'prompt.md', '--json']));
    const count = at.asked('choose').length;
    assert.ok(count >= 6, 'three votes in both orders');
    const again = result(await at.engineer(['improve', 'prompt.md', '--json']));
    assert.deepEqual([at.asked('choose').length, again.results], [count, first.results]);
  });

  it('refresh asks anew and keeps that, off neither takes nor keeps', async () => {
    await using at = await open({ 'prompt.md': 'Be good.\nAbout: {input}\n' });
    const requests = async (...more: string[]) => {
      const before = at.fake.requests.length;
      await at.engineer([...args, ...more]);
      return at.fake.requests.length - before;
    };
    const all = await requests('--cache', 'off');
    assert.deepEqual([await requests(), await requests(), await requests('--cache', 'refresh')], [all, 0, all]);
    assert.deepEqual([await requests('--cache', 'off'), await requests()], [all, 0]);
  });

  it('what was paid for before a limit is not paid for again', async () => {
    await using at = await open({ 'prompt.md': 'Be good.\nAbout: {input}\n' });
    const cut = await at.engineer([...args, '--max-calls', '5']);
    assert.deepEqual([cut.code, at.fake.requests.length], [6, 5], cut.stdout);
    const { calls, cached } = result(await at.engineer(args));
    assert.deepEqual([cached, at.fake.requests.length], [5, 5 + calls]);
  });
});

/** Answers each question once it is asked, and not when its words were there before. */
function talk({ child }: Live): (question: string, answer: string) => Promise<void> {
  let text = '';
  let from = 0;
  let look = () => {};
  child.stdout?.on('data', (more: string) => {
    text += more;
    look();
  });
  return async (question, answer) => {
    await new Promise<void>((resolve) => {
      look = () => {
        if (text.includes(question, from)) resolve();
      };
      look();
    });
    from = text.indexOf(question, from) + question.length;
    child.stdin?.write(`${answer}\n`);
  };
}

describe('engineer improve -i', () => {
  const start = (at: Awaited<ReturnType<typeof open>>, flags = '') =>
    onTerminal(at.sandbox, `promptchain engineer improve prompt.md -i -m openai/gpt-4o-mini ${flags}`, { env: at.env });

  it('writes what gets an a', async () => {
    await using at = await open({ 'prompt.md': PROMPT });
    const live = start(at);
    await live.saw('stdout', '[a]ccept');
    live.child.stdin?.write('a\n');
    const { code, stdout } = await live.ended;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /wrote prompt\.md/);
    assert.equal(at.read('prompt.md'), BETTER);
  });

  it('writes nothing at q', async () => {
    await using at = await open({ 'prompt.md': PROMPT });
    const live = start(at);
    await live.saw('stdout', '[a]ccept');
    live.child.stdin?.write('q\n');
    assert.equal((await live.ended).code, 5);
    assert.equal(at.read('prompt.md'), PROMPT);
  });

  it('takes changes one by one, saves a copy, and opens the editor', async () => {
    await using at = await open(
      { 'prompt.md': 'Be good.\nUse {input}.\nStay calm.\n', 'edit.sh': 'echo "By hand." >> "$1"\n' },
      {
        revise: () => `${hunk('Be good.', 'Answer in one sentence.')}\n${hunk('Stay calm.', 'Stay very calm.')}`,
        critique: (text) =>
          text.includes('Be good.')
            ? problems({ quote: 'Be good.', problem: 'vague' }, { quote: 'Stay calm.', problem: 'vague' })
            : problems(),
      },
    );
    Object.assign(at.env, { EDITOR: 'sh edit.sh' });
    const live = start(at);
    const say = talk(live);
    await say('[q]uit', 'h');
    await say('Take change 1 of 2?', 'n');
    await say('Take change 2 of 2?', 'y');
    await say('[q]uit', 's');
    await say('Save as which file?', 'copy.md');
    await say('[q]uit', 'e');
    await say('[q]uit', 'a');
    const { code, stdout } = await live.ended;
    assert.equal(code, 0, stdout);
    assert.equal(at.read('copy.md'), 'Be good.\nUse {input}.\nStay very calm.\n');
    assert.equal(at.read('prompt.md'), 'Be good.\nUse {input}.\nStay very calm.\nBy hand.\n');
  });

  it('works feedback and techniques in, and asks what is wrong with --feedback human', async () => {
    await using at = await open(
      { 'prompt.md': PROMPT },
      {
        revise: (prompt) => (prompt.includes('Be good.') ? hunk('Be good.', 'Answer in one sentence.') : hunk('', 'Stay calm.')),
      },
    );
    const live = start(at, '--feedback human --max-iterations 1');
    const say = talk(live);
    await say('what should be better?', 'be precise');
    await say('[q]uit', 'f');
    await say('What should be better?', 'be calm');
    await say('[q]uit', 'q');
    await live.ended;
    const [first = '', second = ''] = at.asked('revise');
    assert.match(first, /<author_says>\n- be precise\n/);
    assert.match(second, /<author_says>\n- be calm\n/);
    assert.match(second, /Answer in one sentence\./);
  });

  it('asks for what the command line leaves out', async () => {
    await using at = await open({ 'prompt.md': PROMPT });
    const live = onTerminal(at.sandbox, 'promptchain engineer -i -m openai/gpt-4o-mini', { env: at.env });
    const say = talk(live);
    await say('Which prompt', 'prompt.md');
    await say('Techniques', 'self_check');
    await say('[q]uit', 'a');
    const { code, stdout } = await live.ended;
    assert.equal(code, 0, stdout);
    assert.equal(at.read('prompt.md'), BETTER);
    assert.match(at.asked('revise')[0] ?? '', /<techniques>\nSelf-check: /);
  });

  it('engineer alone asks for everything at a terminal, and is an error anywhere else', async () => {
    await using at = await open({});
    const live = onTerminal(at.sandbox, 'promptchain engineer', { env: { ...at.env, PROMPTCHAIN_MODEL: 'openai/gpt-4o-mini' } });
    const say = talk(live);
    await say('Which prompt', 'Be good.');
    await say('few_shot', '');
    await say('[q]uit', 'a');
    const { code, stdout } = await live.ended;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Answer in one sentence\./);
    const piped = await at.sandbox.run(['engineer'], { env: at.env });
    assert.deepEqual([piped.code, piped.stdout], [2, '']);
    assert.match(piped.stderr, /nothing to improve is named[\s\S]*promptchain engineer --help/);
  });

  it('says at once what is going on, and takes it away before anything else is said', async () => {
    await using at = await open({ 'prompt.md': PROMPT });
    const live = onTerminal(at.sandbox, 'promptchain engineer improve prompt.md -m openai/gpt-4o-mini', {
      env: { ...at.env, TERM: 'xterm' },
    });
    await live.saw('stdout', 'prompt.md round 1: looking for problems');
    const { code, stdout } = await live.ended;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /round 1: editing[\s\S]*round 1: comparing, 2 calls, \$0\.000\d/);
    assert.match(stdout, /\[0K[^\n]*prompt\.md[^\n]*round 1: 1 problem/);
  });
});
