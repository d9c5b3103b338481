import { join } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import { ToolError } from '../../core/errors.ts';
import type { Toolbox } from '../../core/tool.ts';
import { bodiesIn, chainsIn } from '../../lib/chains.ts';
import type { OpenServer } from '../../tools/servers.ts';
import type { Call } from '../command.ts';
import type { AskInTurn } from './ask-in-turn.ts';
import type { RunFlags } from './flags.ts';
import { askAboutCall } from './question.ts';

export interface ToolboxNeeds {
  readonly call: Call;
  readonly flags: Pick<RunFlags, 'approve' | 'allowTools' | 'denyTools' | 'mcp' | 'trust'>;
  readonly chain: Chain;
  /** Hides secrets. */
  redact(text: string): string;
  readonly askInTurn: AskInTurn;
  /** It serves more runs than one. */
  readonly lasting?: boolean;
}

/** The tools of a run, when some step uses any or a rule may be about its commands; what they need is loaded only then. Whoever opens it disposes of it. */
export async function openToolbox({
  call,
  flags,
  chain,
  redact,
  askInTurn,
  lasting = false,
}: ToolboxNeeds): Promise<Toolbox | undefined> {
  if (!usesTools(chain) && !hasRulesOnCommands(chain, flags)) return undefined;
  const { io, globals, interactive, err, paths } = call;
  const { createToolbox } = await import('../../tools/toolbox.ts');
  return createToolbox({
    io,
    openServer: flags.mcp ? openServer : refuseServer,
    approve: flags.approve,
    allow: flags.allowTools,
    deny: flags.denyTools,
    redact,
    lasting,
    pins: { dir: join(paths.data, 'tools'), trust: flags.trust },
    ...(globals.verbose ? { log: (server, line) => void err.write(redact(`server ${server}: ${line}\n`)) } : {}),
    ...(interactive
      ? {
          ask: (question, signal) => askInTurn(() => askAboutCall(call, question, signal), signal),
        }
      : {}),
  });
}

/** Some step of the chain, or of one it runs, names tools. */
export function usesTools(chain: Chain): boolean {
  return chainsIn(chain).some((each) => bodiesIn(each).some(({ body }) => (body.tools ?? []).length > 0));
}

function hasRulesOnCommands(chain: Chain, { denyTools }: ToolboxNeeds['flags']): boolean {
  if (!chain.uses.commands) return false;
  return denyTools.length > 0 || chainsIn(chain).some(({ permissions }) => permissions.ask.length + permissions.deny.length > 0);
}

const openServer: OpenServer = async (spec, world) => {
  const { openServer: open } = await import('../../tools/mcp/server.ts');
  return open(spec, world);
};

const refuseServer: OpenServer = async ({ name }) => {
  throw new ToolError(`the server "${name}" is not started: --no-mcp is given`, { code: 'PC7074', reason: 'denied' });
};
