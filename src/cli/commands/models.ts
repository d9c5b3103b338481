import { ModelError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { resolveAuto } from '../../models/auto.ts';
import { detectModels } from '../../models/detect.ts';
import { readKeyFile } from '../../models/key-file.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { columns } from '../columns.ts';
import type { Call, Command, Verb } from '../command.ts';
import { modelConfig } from '../model-config.ts';
import { type ProviderRow, providerRows } from '../models/rows.ts';

const list: Verb = {
  name: 'list',
  summary: 'providers, whether a key is found for each, and where requests go',
  examples: [
    { command: 'promptchain models list', note: 'of a key only the last characters are shown' },
    {
      command: `promptchain models list --json | jq -r '.[] | select(.key.status == "found") | .provider'`,
      note: 'the providers that are ready',
    },
  ],
  configure(parser) {
    parser.option('--json', 'print a JSON list');
  },
  async run(call) {
    const rows = await providerRows(call.io, modelConfig(call));
    await call.out.write(call.options.json === true ? `${JSON.stringify(rows, null, 2)}\n` : `${table(rows)}\n`);
    await tellKeyFile(call);
    return EXIT.ok;
  },
};

const detect: Verb = {
  name: 'detect',
  summary: 'model servers on this machine, and what `model: auto` takes',
  examples: [
    { command: 'promptchain models detect', note: 'asks Ollama and LM Studio on this machine, 300 ms at most' },
    { command: 'promptchain models detect --json | jq -r .auto.model', note: 'the model that auto stands for' },
  ],
  configure(parser) {
    parser.option('--json', 'print one JSON object');
  },
  async run(call) {
    const config = modelConfig(call);
    const [{ keys, servers }, auto] = await Promise.all([detectModels(call.io, config), resolveAuto(call.io, config)]);
    const found = {
      auto: { model: auto.id, because: auto.because, llm: auto.provider !== 'offline' },
      keys: keys.map(({ provider, from, tail }) => ({ provider: provider.id, source: from, tail })),
      servers: servers.map(({ provider, url, models }) => ({ provider: provider.id, url, models })),
    };
    await call.out.write(`${call.options.json === true ? JSON.stringify(found, null, 2) : detectedText(found)}\n`);
    await tellKeyFile(call);
    return EXIT.ok;
  },
};

export const models: Command = {
  examples: [
    { command: 'promptchain models list', note: 'providers and keys' },
    { command: 'promptchain models detect', note: 'what is ready on this machine' },
  ],
  verbs: [list, detect],
};

interface Found {
  readonly auto: { readonly model: string; readonly because: string; readonly llm: boolean };
  readonly keys: readonly { readonly provider: string; readonly source: string; readonly tail: string }[];
  readonly servers: readonly { readonly provider: string; readonly url: string; readonly models: readonly string[] }[];
}

function detectedText({ auto, keys, servers }: Found): string {
  const rows = [
    ['auto', auto.model, `${auto.because}${auto.llm ? '' : '; it is not a language model'}`],
    ...keys.map(({ provider, source, tail }) => ['key', provider, tail === '' ? source : `${source} …${tail}`]),
    ...servers.map(({ provider, url, models }) => [
      'server',
      provider,
      `${url} ${models.join(', ') || '(no model that can chat)'}`,
    ]),
  ];
  return columns(rows.map((row) => row.map((cell) => sanitize(cell))));
}

function table(rows: readonly ProviderRow[]): string {
  return columns([['PROVIDER', 'VARIABLE', 'KEY', 'BASE URL'], ...rows.map(cells)]);
}

function cells({ provider, key_variable, key, base_url, problem }: ProviderRow): readonly string[] {
  return [provider, key_variable ?? '', keyText(key, key_variable), sanitize(base_url ?? problem ?? '')];
}

function keyText({ status, source, tail }: ProviderRow['key'], variable: string | null): string {
  if (status === 'missing') return 'not set';
  if (status === 'not_needed') return 'not needed';
  if (status === 'command') return 'by api_key_command';
  const where = source === variable ? '' : ` (${source})`;
  return `${tail === null || tail === '' ? 'set' : `…${tail}`}${where}`;
}

/** A key file that cannot be used holds no keys: the list alone would not tell why. */
async function tellKeyFile(call: Call): Promise<void> {
  const { globals, options, err } = call;
  if (globals.quiet || (options.json === true && !err.isTTY && !globals.verbose)) return;
  try {
    await readKeyFile(modelConfig(call), 'keys.json');
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    await err.write(`${call.paint.yellow('warning')}: ${sanitize(error.message)}\n`);
  }
}
