import { z } from 'zod';
import type { PermissionSpec } from '../core/chain.ts';
import { once } from '../lib/once.ts';
import { checkRule } from '../lib/permission-rule.ts';
import { checked } from './checked.ts';
import type { Node } from './node.ts';
import { jsonOf, nodeAt } from './node.ts';
import type { Report } from './report.ts';
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

/** The rules of a chain; what is none is reported. */
export function readPermissions(report: Report, node: Node | undefined): PermissionSpec {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return NONE;
  const owner = { name: '"permissions"', known: Object.keys(permissionsSchema().shape) };
  const {
    allow = [],
    ask = [],
    deny = [],
  } = checked(report, { node, json: jsonOf(node), schema: permissionsSchema(), owner: () => owner }) ?? {};
  for (const [list, written] of Object.entries({ allow, ask, deny })) {
    for (const [index, rule] of written.entries()) {
      const problem = checkRule(rule);
      if (problem === undefined) continue;
      const message = `the rule ${shown(rule)} ${problem}`;
      report.add(nodeAt(node, [list, index]) ?? node, {
        code: 'PC1124',
        message,
        help: 'for example: fs.write_file(path=docs/*)',
      });
    }
  }
  return { allow, ask, deny };
}

const NONE: PermissionSpec = { allow: [], ask: [], deny: [] };
