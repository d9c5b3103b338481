import { Option } from 'commander';
import type { OpenModel } from '../../core/model.ts';
import type { Call } from '../command.ts';
import { modelConfig } from '../model-config.ts';
import { countedModels } from '../optimize/counted-models.ts';
import type { Redactor } from '../redact.ts';

export type CacheMode = 'on' | 'off' | 'refresh';

/** Off by default: a test asks what the chain answers today. */
export function cacheOption(): Option {
  return new Option('--cache <mode>', 'answers that were given before to the same request: on, off, or refresh to ask anew')
    .choices(['on', 'off', 'refresh'])
    .default('off');
}

/**
 * Gives the models of one run of a case. With a cache, the same run of the same case gets the answers it got before, and the
 * next repetition others.
 */
export async function drawnModels(
  call: Call,
  cache: CacheMode,
  redactor: Redactor,
): Promise<(live: OpenModel, repeat: number) => OpenModel> {
  if (cache === 'off') return (live) => live;
  const { cachingModels } = await import('../traffic/cache.ts');
  const options = { call, config: modelConfig(call), redactor, warn: () => undefined };
  const counting = { cached: true, renew: cache === 'refresh' };
  return (live, repeat) => countedModels(cachingModels(live, options), { ...counting, sample: repeat - 1 }).openModel;
}
