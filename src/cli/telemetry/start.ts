import type { ModelSpec } from '../../core/model.ts';
import { createAgents } from '../../models/agents.ts';
import { endpointOf } from '../../models/endpoint.ts';
import { startTelemetry, type Telemetry } from '../../telemetry/start.ts';
import type { Call } from '../command.ts';
import { modelConfig } from '../model-config.ts';
import { packageVersion } from '../package-dir.ts';
import type { TelemetryWanted } from './wanted.ts';

/** Puts the parts together that only a process with telemetry needs. */
export function start(
  call: Pick<Call, 'io' | 'settings' | 'paths'>,
  wanted: TelemetryWanted,
  lost: (sentence: string) => void,
): Telemetry {
  const { io } = call;
  const config = modelConfig(call);
  const agents = createAgents(io);
  return startTelemetry({
    ...wanted,
    version: packageVersion(),
    // Through the proxy that requests to models take, unless certificates are named, which are the SDK's to read.
    ...(namesCertificates(io.env) ? {} : { agentFor: (url: URL) => agents.for(url) }),
    serverOf: (spec: ModelSpec) => {
      try {
        return endpointOf(spec, io, config).url;
      } catch {
        return undefined;
      }
    },
    now: () => io.clock.now(),
    lost,
  });
}

function namesCertificates(env: Call['io']['env']): boolean {
  return Object.keys(env).some((name) => /^OTEL_EXPORTER_OTLP_.*(?:CERTIFICATE|CLIENT_KEY)$/.test(name));
}
