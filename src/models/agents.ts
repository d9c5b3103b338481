import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Io } from '../core/io.ts';

/** The connections of one run: kept alive between calls, through a proxy where the environment names one. */
export interface Agents {
  for(url: URL): Promise<Agent>;
  /** The proxy that leads there, as `host:port`; undefined where the way is direct. */
  proxyOf(url: URL): Promise<string | undefined>;
  /** Closes what is idle; calls that are running end by themselves. */
  close(): void;
}

/**
 * A proxy is taken from the process's own environment only (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, in either
 * case): one that a project's `.env` names would see where the user's keys go.
 */
export function createAgents(io: Pick<Io, 'env'>): Agents {
  const agents = new Map<string, Promise<Agent>>();
  const proxied = Object.keys(io.env).some((name) => /^(https?|all)_proxy$/i.test(name) && io.env[name] !== '');

  const proxyFor = async (url: URL) => (proxied ? (await import('proxy-from-env')).getProxyForUrl(url.href) : '');

  return {
    async proxyOf(url) {
      const proxy = await proxyFor(url);
      return URL.canParse(proxy) ? new URL(proxy).host : undefined;
    },
    async for(url) {
      const proxy = await proxyFor(url);
      const key = `${url.protocol}${proxy}`;
      const known = agents.get(key);
      if (known !== undefined) return known;
      const opened = openAgent(url.protocol === 'https:', proxy);
      agents.set(key, opened);
      return opened;
    },
    close() {
      for (const agent of agents.values()) void agent.then((opened) => opened.destroy());
    },
  };
}

async function openAgent(secure: boolean, proxy: string): Promise<Agent> {
  if (proxy === '') {
    return secure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  }
  if (secure) {
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    return new HttpsProxyAgent(proxy, { keepAlive: true });
  }
  const { HttpProxyAgent } = await import('http-proxy-agent');
  return new HttpProxyAgent(proxy, { keepAlive: true });
}
