import type { ModelConfig } from '../models/config.ts';
import type { Call } from './command.ts';

/** What the user's own settings say about models, as `models` takes it. Nothing of a project's configuration is in it. */
export function modelConfig({ settings, paths }: Pick<Call, 'settings' | 'paths'>): ModelConfig {
  const { config, envFileNames } = settings;
  return {
    configDir: paths.config,
    envFileNames: new Set(envFileNames),
    ...(config.providers === undefined ? {} : { providers: config.providers }),
    ...(config.allowHosts === undefined ? {} : { allowHosts: config.allowHosts }),
  };
}
