import { PROVIDERS } from '../../models/providers.ts';

/** The id of a model here; undefined when no provider of ours is known to have it. */
export function modelId(provider: string | undefined, model: string): string | undefined {
  if (/^(?:echo|offline|local)\//.test(model)) return model;
  const id = ALIASES.get(provider ?? '') ?? provider;
  if (id === 'anthropic') return `anthropic/${model.replace(/^anthropic\//, '').replaceAll('.', '-')}`;
  if (PROVIDERS.some((known) => known.id === id)) return model.startsWith(`${id}/`) ? model : `${id}/${model}`;
  const [prefix = ''] = model.split('/', 1);
  if (model.includes('/') && PROVIDERS.some((known) => known.id === (ALIASES.get(prefix) ?? prefix)))
    return model.replace(prefix, ALIASES.get(prefix) ?? prefix);
  if (/^claude-/.test(model)) return `anthropic/${model.replaceAll('.', '-')}`;
  if (/^(?:gpt-|o[134](?:-|$)|chatgpt-)/.test(model)) return `openai/${model}`;
  return /^gemini-/.test(model) ? `gemini/${model}` : undefined;
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['claude', 'anthropic'],
  ['google', 'gemini'],
  ['azure_openai', 'azure'],
  ['together_ai', 'together'],
  ['github_copilot', 'github'],
]);
