import type { Io } from '../core/io.ts';
import { NOTHING_SPENT } from '../core/limits.ts';
import type { Model, ModelSpec, OpenModel } from '../core/model.ts';
import { createForecasts } from '../lib/forecast.ts';
import { once } from '../lib/once.ts';
import type { Agents } from './agents.ts';
import { createAgents } from './agents.ts';
import type { ModelConfig } from './config.ts';
import { DEFAULT_TIMEOUTS, SLOW_START_MS } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import { endpointOf } from './endpoint.ts';
import type { Origin } from './failure.ts';
import type { FoundKey, KeyCommands } from './find-key.ts';
import { keyFor } from './find-key.ts';
import { createLimiter } from './limiter.ts';
import { thinks } from './params.ts';
import { costOf, type PriceTables, priceTables, windowOf } from './price.ts';
import { protocolFor } from './protocols.ts';
import type { Lane } from './remote.ts';
import type { Drafts } from './sdk.ts';

export interface OpenModelOptions {
  readonly io: Io;
  readonly config?: ModelConfig;
}

/**
 * The way from a spec to a model: `echo/…` and `offline/extractive` answer in this process, `auto` is resolved, all else is
 * reached over HTTP. Each spec is opened once; connections are shared. Throws `ModelError` for what can be known to fail
 * before the first request: no key, no such provider, a parameter that cannot be sent.
 */
export function createOpenModel({ io, config = {} }: OpenModelOptions): OpenModel {
  const agents = createAgents(io);
  const opened = new Map<ModelSpec, Promise<Model>>();
  const lanes = new Map<string, Lane>();
  const commands: KeyCommands = new Map();
  const shared: Shared = { io, config, agents, commands, lanes, drafts: new Map(), tables: priceTables(io) };
  return (spec) => {
    const known = opened.get(spec);
    if (known !== undefined) return known;
    const model = openOne(spec, shared);
    opened.set(spec, model);
    return model;
  };
}

interface Shared {
  readonly io: Io;
  readonly config: ModelConfig;
  readonly agents: Agents;
  readonly commands: KeyCommands;
  /** By provider and key. */
  readonly lanes: Map<string, Lane>;
  readonly drafts: Drafts;
  readonly tables: PriceTables;
}

async function openOne(spec: ModelSpec, shared: Shared): Promise<Model> {
  const { io, config, agents, commands, lanes, drafts, tables } = shared;
  if (spec.id === 'auto') {
    const { resolveAuto } = await import('./auto.ts');
    const { id, provider, name } = await resolveAuto(io, config);
    return openOne({ ...spec, id, provider, name }, shared);
  }
  if (spec.provider === 'echo') return (await import('./echo.ts')).createEcho(spec);
  if (spec.provider === 'offline') return (await import('./extractive.ts')).createExtractive(spec);
  const endpoint = endpointOf(spec, io, config);
  const key = await keyFor(spec, endpoint, io, config, commands);
  const protocol = await protocolFor(spec, endpoint);
  const slow = endpoint.provider.local === true || thinks(spec.name) || (spec.params.reasoning_effort ?? 'none') !== 'none';
  const timeouts = { ...DEFAULT_TIMEOUTS, ...(slow ? { firstByteMs: SLOW_START_MS } : {}), ...config.timeouts };
  const { createRemote } = await import('./remote.ts');
  return createRemote({
    spec,
    endpoint,
    key,
    protocol,
    origin: originOf(spec, endpoint, key, io),
    agents,
    timeouts,
    cost: costOf(spec, endpoint.provider, io, tables),
    lane: laneOf(endpoint, key, { io, config, lanes }),
    window: once(() => windowOf(spec, endpoint.provider, tables)),
    env: io.env,
    drafts,
  });
}

function laneOf(
  { url, provider }: Endpoint,
  key: FoundKey | undefined,
  { io, config, lanes }: Pick<Shared, 'io' | 'config' | 'lanes'>,
): Lane {
  const name = `${url.origin}\n${key?.value ?? ''}`;
  const known = lanes.get(name);
  if (known !== undefined) return known;
  const rate = config.providers?.[provider.id]?.rate;
  const lane: Lane = {
    limiter: createLimiter({ label: provider.label, rate, isLocal: provider.local === true, clock: io.clock }),
    forecasts: createForecasts(NOTHING_SPENT),
  };
  lanes.set(name, lane);
  return lane;
}

function originOf(spec: ModelSpec, endpoint: Endpoint, key: FoundKey | undefined, io: Io): Origin {
  return {
    provider: endpoint.provider.id,
    label: endpoint.provider.label,
    model: spec.name,
    url: endpoint.url.href,
    keyName: key?.name,
    local: endpoint.provider.local === true,
    secrets: key === undefined ? [] : [key.value],
    now: () => io.clock.now(),
  };
}
