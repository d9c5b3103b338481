import type { Attributes } from '@opentelemetry/api';

/** `openai/gpt-4o-mini` as the conventions tell it: the provider under their name, the model as it is asked for. */
export function modelAttributes(id: string | undefined): Attributes {
  if (id === undefined) return {};
  const slash = id.indexOf('/');
  const provider = id.slice(0, Math.max(0, slash));
  return {
    'gen_ai.provider.name': OTHER_NAMES.get(provider) ?? provider,
    'gen_ai.request.model': id.slice(slash + 1),
  };
}

/** Where the conventions know a provider under another name than the chain file does. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['azure', 'azure.ai.openai'],
  ['gemini', 'gcp.gemini'],
  ['mistral', 'mistral_ai'],
  ['moonshot', 'moonshot_ai'],
  ['xai', 'x_ai'],
]);
