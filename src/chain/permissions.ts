import { z } from 'zod';
import type { Chain, PermissionSpec } from '../core/chain.ts';
import { bodiesIn, chainsIn } from '../lib/chains.ts';
import { nearest } from '../lib/nearest.ts';
import { once } from '../lib/once.ts';
import { type PermissionRule, parseRule } from '../lib/permission-rule.ts';
import { fitsSome, type ToolNames } from '../lib/tool-pattern.ts';
import { checked } from './checked.ts';
import type { Frame } from './frame.ts';
import { jsonOf, nodeAt } from './node.ts';
import type { Finding } from './report.ts';
import { shown } from './report.ts';

const rules = () => z.array(z.string().min(1, 'must not be empty'));

/** `permissions:` of a chain. */
export const permissionsSchema = once(() =>
  z.strictObject({
    allow: rules()
      .optional()
      .describe('run without a question that a wider rule under "ask" asks: "fs.read_*" beside ask: ["fs.*"]'),
    ask: rules().optional().describe('run after a yes of someone at the terminal, such as "fs.write_file(path=docs/*)" or run'),
    deny: rules().optional().describe('never run'),
  }),
);

type Parts = Pick<Chain, 'steps' | 'finally' | 'tools'>;

/** The rules of a chain; what is none is reported, and what fits none of the tools there can be. */
export function readPermissions(frame: Frame, parts: Parts): PermissionSpec {
  const { report } = frame;
  const node = frame.root.entries.get('permissions')?.value;
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return NONE;
  const owner = { name: '"permissions"', known: Object.keys(permissionsSchema().shape) };
  const {
    allow = [],
    ask = [],
    deny = [],
  } = checked(report, { node, json: jsonOf(node), schema: permissionsSchema(), owner: () => owner }) ?? {};
  const names = nameable(frame, parts);
  for (const [list, written] of Object.entries({ allow, ask, deny })) {
    for (const [index, rule] of written.entries()) {
      const place = nodeAt(node, [list, index]) ?? node;
      const parsed = parseRule(rule);
      if ('problem' in parsed) {
        const message = `the rule ${shown(rule)} ${parsed.problem}`;
        report.add(place, { code: 'PC1124', message, help: 'for example: fs.write_file(path=docs/*)' });
      } else if (names !== undefined && !fitsSome(parsed.rule.name, names)) report.add(place, idle(parsed.rule, names));
    }
  }
  return { allow, ask, deny };
}

/** The tools that rules of the chain can be about: those of the chains it calls too. */
function nameable({ servers, declared, options }: Frame, parts: Parts): ToolNames | undefined {
  if (options.tools === undefined) return undefined;
  const called = bodiesIn(parts).flatMap(({ body }) => (body.chain === undefined ? [] : chainsIn(body.chain)));
  return {
    servers: [...servers.keys(), ...called.flatMap((chain) => Object.keys(chain.servers))],
    tools: [...declared, ...options.tools, ...called.flatMap((chain) => Object.keys(chain.tools))],
  };
}

/** A warning: who forbids a tool by a name that it does not have believes it forbidden. */
function idle({ source, name }: PermissionRule, { servers, tools }: ToolNames): Finding {
  const close = nearest(name, [...tools, ...servers.map((server) => `${server}.*`), 'run']);
  return {
    code: 'PC1127',
    severity: 'warning',
    message: `the rule ${shown(source)} fits no server, declared tool or built-in tool, nor run`,
    label: close === undefined ? undefined : `did you mean "${close}"?`,
    help: servers.length === 0 ? undefined : `tools of servers: ${servers.map((server) => `${server}.*`).join(', ')}`,
  };
}

const NONE: PermissionSpec = { allow: [], ask: [], deny: [] };
