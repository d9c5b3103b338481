import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProvider } from '@pydantic/genai-prices';

/**
 * Writes what text costs at each provider of genai-prices, and how much its models read at once, to `dist/prices`, a file a provider: the package itself is one
 * module of 830 kB, which would hold up the first answer of a run for 50 ms; such a file is read in one.
 */
const PROVIDERS = [
  'anthropic',
  'azure',
  'cerebras',
  'cohere',
  'deepseek',
  'fireworks',
  'google',
  'groq',
  'mistral',
  'moonshotai',
  'openai',
  'openrouter',
  'perplexity',
  'together',
  'x-ai',
];

const KEYS = ['input_mtok', 'cache_read_mtok', 'cache_write_mtok', 'output_mtok', 'requests_kcount'];

const dir = join(import.meta.dirname, 'dist/prices');
rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
for (const id of PROVIDERS) writeFileSync(join(dir, `${id}.json`), JSON.stringify(modelsOf(provider(id))));

function provider(id) {
  const found = findProvider({ providerId: id });
  if (found?.id !== id) throw new Error(`genai-prices knows no provider "${id}" any more`);
  return found;
}

/** A host that serves the models of others asks their price where it has none of its own. */
function modelsOf({ models, fallback_model_providers: others = [] }) {
  return [...models.map(priced), ...others.flatMap((id) => provider(id).models.map(priced))];
}

function priced({ match, prices, context_window: window }) {
  const periods = (Array.isArray(prices) ? prices : [{ prices }]).map(({ constraint, prices: each }) => ({
    ...constraint,
    prices: Object.fromEntries(KEYS.flatMap((key) => (each[key] === undefined ? [] : [[key, each[key]]]))),
  }));
  // What is not sold by the token of text stays in the list, because its name must not fit another entry.
  const isText = periods.every(
    ({ prices: { input_mtok, output_mtok } }) => input_mtok !== undefined && output_mtok !== undefined,
  );
  return { match, periods: isText ? periods : [], ...(window === undefined ? {} : { window }) };
}
