import type { LoadOptions } from '../chain/options.ts';
import { PROVIDERS } from '../models/providers.ts';
import { KINDS } from '../steps/index.ts';
import { stepOptions } from '../steps/options.ts';
import { BUILT_IN_NAMES } from '../tools/names.ts';
import type { Call } from './command.ts';
import { defaultModel } from './config.ts';

/** What loading any chain takes: the tables of this program, the environment, and the default model of the settings. */
export function loadOptions({ io, settings: { config } }: Pick<Call, 'io' | 'settings'>): LoadOptions {
  const fallback = defaultModel(config, io.env);
  return {
    kinds: KINDS,
    stepOptions,
    env: io.env,
    cwd: io.cwd,
    packageDir: io.packageDir,
    providers: [...PROVIDERS.map(({ id }) => id), ...Object.keys(config.providers ?? {})],
    tools: BUILT_IN_NAMES,
    ...(fallback === undefined ? {} : { model: { default: fallback } }),
  };
}
