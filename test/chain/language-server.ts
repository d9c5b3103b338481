import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The YAML language server that editors use, with one file open in it. */
export interface LanguageServer extends AsyncDisposable {
  /** What it offers at a place; line and character from 0. */
  completion(line: number, character: number): Promise<readonly Offer[]>;
  hover(line: number, character: number): Promise<string>;
  /** What it underlines, once it has looked at the file. */
  readonly problems: Promise<
    readonly { readonly range: { readonly start: Place; readonly end: Place }; readonly message: string }[]
  >;
}

export interface Offer {
  readonly label: string;
  readonly insertText?: string;
  readonly documentation?: string | { readonly value: string };
}

interface Place {
  readonly line: number;
  readonly character: number;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly { readonly section: string }[]; readonly diagnostics?: never };
  readonly result?: unknown;
}

/** Opens `text` as a file to which the schema applies. It fetches nothing: the list of public schemas is switched off. */
export async function openLanguageServer(schema: string, text: string): Promise<LanguageServer> {
  const uri = 'file:///chain.yaml';
  const settings = {
    schemas: { [`file://${schema}`]: '*.yaml' },
    schemaStore: { enable: false },
    kubernetesCRDStore: { enable: false },
  };
  const program = require.resolve('yaml-language-server/bin/yaml-language-server');
  const child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<number, (result: never) => void>();
  let tell: (problems: never) => void = () => undefined;
  const problems = new Promise<never>((resolve) => {
    tell = resolve;
  });
  receive(child, (message) => {
    const { id, method, params, result } = message;
    if (id !== undefined && method !== undefined) {
      send(child, { id, result: params?.items?.map(({ section }) => (section === 'yaml' ? settings : {})) ?? null });
    } else if (id !== undefined) waiting.get(id)?.(result as never);
    else if (method === 'textDocument/publishDiagnostics' && params?.diagnostics !== undefined) tell(params.diagnostics);
  });
  let last = 0;
  const ask = <Result>(method: string, params: object): Promise<Result> => {
    last += 1;
    send(child, { id: last, method, params });
    return new Promise((resolve) => waiting.set(last, resolve as (result: never) => void));
  };
  const at = (line: number, character: number) => ({ textDocument: { uri }, position: { line, character } });
  await ask('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: { completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } } },
    },
  });
  send(child, { method: 'initialized', params: {} });
  send(child, { method: 'workspace/didChangeConfiguration', params: { settings: { yaml: settings } } });
  send(child, { method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
  await problems;
  return {
    problems,
    completion: async (line, character) =>
      (await ask<{ items: readonly Offer[] }>('textDocument/completion', at(line, character))).items,
    hover: async (line, character) =>
      (await ask<{ contents: { value: string } }>('textDocument/hover', at(line, character))).contents.value,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => child.on('close', resolve));
      child.kill();
      await closed;
    },
  };
}

function send(child: ChildProcess, message: object): void {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  child.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
  child.stdin?.write(body);
}

function receive(child: ChildProcess, take: (message: Message) => void): void {
  let buffered = Buffer.alloc(0);
  child.stdout?.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const head = buffered.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(buffered.toString('latin1', 0, Math.max(0, head)))?.[1]);
      if (head === -1 || buffered.length < head + 4 + length) return;
      take(JSON.parse(buffered.toString('utf8', head + 4, head + 4 + length)));
      buffered = buffered.subarray(head + 4 + length);
    }
  });
}
