import { ModelError } from '../../core/errors.ts';
import type { Io } from '../../core/io.ts';
import type { ModelConfig } from '../../models/config.ts';
import { type DetectedKey, findKeys } from '../../models/detect.ts';
import { type Endpoint, endpointOf } from '../../models/endpoint.ts';
import type { Provider } from '../../models/provider.ts';
import { PROVIDERS } from '../../models/providers.ts';

/** One provider as `models list` shows it; also its entry of `--json`. */
export interface ProviderRow {
  readonly provider: string;
  readonly label: string;
  /** The variable to set. */
  readonly key_variable: string | null;
  readonly key: {
    /** `command`: the user's settings have one that prints the key; it is not run. */
    readonly status: 'found' | 'command' | 'missing' | 'not_needed';
    /** Where the key is: a variable, `keys.json`, `api_key_command`. */
    readonly source: string | null;
    /** At most the last four characters. */
    readonly tail: string | null;
  };
  /** Null when it differs for every customer and is not set. */
  readonly base_url: string | null;
  readonly base_url_from: Endpoint['from'] | null;
  /** Why the address cannot be used. */
  readonly problem: string | null;
}

/** The providers of the table. Nothing is sent and no command is run. */
export async function providerRows(io: Io, config: ModelConfig): Promise<readonly ProviderRow[]> {
  const keys = new Map((await findKeys(io, config)).map((key) => [key.provider.id, key]));
  return PROVIDERS.map((provider) => ({
    provider: provider.id,
    label: provider.label,
    key_variable: config.providers?.[provider.id]?.api_key_env ?? provider.keyEnv[0] ?? null,
    key: keyOf(provider, keys.get(provider.id)),
    ...placeOf(provider, io, config),
  }));
}

function keyOf({ keyless }: Provider, found: DetectedKey | undefined): ProviderRow['key'] {
  if (found?.from === 'api_key_command') return { status: 'command', source: found.from, tail: null };
  if (found !== undefined) return { status: 'found', source: found.from, tail: found.tail };
  return { status: keyless === true ? 'not_needed' : 'missing', source: null, tail: null };
}

function placeOf({ id }: Provider, io: Io, config: ModelConfig): Pick<ProviderRow, 'base_url' | 'base_url_from' | 'problem'> {
  try {
    const { url, from } = endpointOf({ id, provider: id, name: 'any', params: {} }, io, config);
    // Without the query, which may hold a secret.
    return { base_url: `${url.origin}${url.pathname.replace(/\/$/, '')}`, base_url_from: from, problem: null };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { base_url: null, base_url_from: null, problem: error.help ?? error.message };
  }
}
