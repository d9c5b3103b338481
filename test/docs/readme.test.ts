import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openSandbox } from '../chains/bin.ts';
import { chainFiles } from '../chains/play.ts';
import { packageDir } from '../package/package-dir.ts';
import { chainOf, serve } from '../serve/serving.ts';

const README = readFileSync(join(packageDir, 'README.md'), 'utf8');
const BLOCKS = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
const COMMANDS = BLOCKS.filter(({ language }) => language === 'console').flatMap(({ text }) => commandsIn(text));

/** An address where nothing listens, for a machine that has a model server of its own. */
const NOBODY = 'http://127.0.0.1:9';

/** `--help` by command line, asked for once. */
const helps = new Map<string, Promise<string>>();

const folder = mkdtempSync(join(tmpdir(), 'promptchain-readme-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('every block is closed and says its language', () => {
  assert.equal(README.match(/^```/gm)?.length, BLOCKS.length * 2);
});

test('the chain at the top is an example, word for word', () => {
  assert.equal(blocksOf('yaml')[0], readFileSync(join(packageDir, 'chains/hello.yaml'), 'utf8'));
});

test('the command under it prints what stands there', async () => {
  await using sandbox = await openSandbox();
  const [, command = '', shown] = /^\$ promptchain (.*?)\n(.*)$/s.exec(blocksOf('console')[0] ?? '') ?? [];
  const { code, stdout, stderr } = await sandbox.run([...command.split(' '), '--model', 'offline/extractive']);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: shown }, stderr);
});

for (const [index, text] of blocksOf('yaml').entries()) {
  test(`yaml block ${index + 1} is a valid chain`, async () => {
    cpSync(join(packageDir, 'chains'), folder, { recursive: true });
    const file = join(folder, `block-${index + 1}.yaml`);
    writeFileSync(file, text);
    await using sandbox = await openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['validate', file]);
    assert.equal(code, 0, stdout + stderr);
    assert.doesNotMatch(stdout + stderr, /warning/);
  });
}

for (const { line, words } of COMMANDS) {
  test(`\`${line}\` uses a command and flags that exist`, async () => {
    const [command = '', verb = ''] = words;
    const [all = '', ...own] = await Promise.all([helpOf(), helpOf(command), helpOf(command, verb)]);
    assert.match(all, new RegExp(`^ +${command}\\b`, 'm'), `no command ${command}`);
    for (const flag of words.filter((word) => /^--?[a-z]/.test(word))) {
      assert.match(own.join('\n'), new RegExp(`(^|[\\s,])${flag}\\b`, 'm'), `no flag ${flag}`);
    }
  });
}

test('the program that uses the library runs', async () => {
  const program = programThat("from 'promptchain'");
  const library = pathToFileURL(join(packageDir, 'build/src/index.js')).href;
  const file = join(folder, 'program.mjs');
  writeFileSync(file, program.replace("'promptchain'", `'${library}'`));
  const env = { PATH: process.env.PATH, HOME: folder, OLLAMA_HOST: NOBODY, LMSTUDIO_BASE_URL: NOBODY };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { cwd: packageDir, env });
  assert.equal(stdout, 'Subject: Text to summarise.\n\nText to summarise. It has two sentences.\n\n');
  assert.equal(stderr, 'summary …\nsubject …\n');
});

test("the program that asks a served chain through OpenAI's package runs", async () => {
  await using server = await serve({ files: { 'hello.yaml': chainOf('hello', '{input}') } });
  const file = join(folder, 'openai.mjs');
  const program = programThat("from 'openai'").replace("'openai'", `'${import.meta.resolve('openai')}'`);
  writeFileSync(file, program.replace('http://127.0.0.1:8080', server.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env: { PATH: process.env.PATH } });
  assert.equal(stdout, '[gpt-4.1-mini] Good morning');
});

function programThat(imports: string): string {
  return blocksOf('js').find((program) => program.includes(imports)) ?? '';
}

test('files and scripts it names exist', () => {
  const scripts = (JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
    .scripts;
  assert.ok(scripts.start !== undefined && scripts.test !== undefined);
  for (const [path] of README.matchAll(/(chains|src|\.github)\/[\w./-]+\.(yaml|txt|md)/g)) {
    assert.ok(existsSync(join(packageDir, path)), path);
  }
});

test('every example has a line', () => {
  const [, table = ''] = /^## Examples\n(.*?)^## /ms.exec(README) ?? [];
  const named = [...table.matchAll(/`([\w/-]+\.yaml)`/g)].map(([, name]) => name);
  assert.deepEqual(named.sort(), [...chainFiles()].sort());
});

function helpOf(...path: string[]): Promise<string> {
  const line = path.filter((word) => /^[a-z]+$/.test(word)).join(' ');
  const known = helps.get(line) ?? readHelp(line);
  helps.set(line, known);
  return known;
}

async function readHelp(line: string): Promise<string> {
  await using sandbox = await openSandbox();
  return (await sandbox.run([...line.split(' ').filter(Boolean), '--help'])).stdout;
}

function blocksOf(language: string): string[] {
  return BLOCKS.filter((block) => block.language === language).map(({ text }) => text);
}

/** The calls of `promptchain` in a console block, quoted texts left out. */
function commandsIn(text: string): { line: string; words: string[] }[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .flatMap((line) =>
      line
        .slice(2)
        .replace(/'[^']*'|"[^"]*"/g, '…')
        .split(/[|>]|&&/),
    )
    .map((part) => part.trim().split(/\s+/))
    .filter(([program]) => program === 'promptchain')
    .map(([program, ...words]) => ({ line: [program, ...words].join(' '), words }));
}
