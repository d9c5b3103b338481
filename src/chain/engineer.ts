import { z } from 'zod';
import type { EngineerSpec } from '../core/chain.ts';
import { duration } from '../lib/duration.ts';
import { type FileTree, locateFile } from './files.ts';
import { type Node, nodeAt } from './node.ts';
import type { Report } from './report.ts';

/** What `promptchain engineer` takes for granted about a chain. */
export const engineerSchema = () =>
  z.strictObject({
    data: z.string().min(1).optional().describe('the dataset: .yaml, .json, .jsonl or .csv'),
    budget: z
      .strictObject({
        rollouts: z.int().min(1).optional().describe('runs of the chain on a row'),
        calls: z.int().min(1).optional().describe('requests to models'),
        usd: z.number().min(0).optional().describe('US dollars'),
        time: duration().optional().describe('such as 30m'),
      })
      .optional()
      .describe('what an optimisation may spend'),
    models: z
      .strictObject({
        improver: z.string().min(1).optional().describe('the model that writes prompts'),
        judge: z.string().min(1).optional().describe('the model that judges'),
      })
      .optional(),
    steps: z
      .record(
        z.string(),
        z.strictObject({
          optimize: z.boolean().optional().describe('false: its texts stay as they are'),
          keep: z.array(pattern()).optional().describe('regular expressions of lines that have to stay'),
        }),
      )
      .optional()
      .describe('by the id of the step'),
    objectives: z
      .record(z.string(), z.number().min(0))
      .optional()
      .describe('metrics by their weight: the score is their weighted mean instead of that of all assertions'),
  });

function pattern() {
  return z.string().refine((text) => {
    try {
      return new RegExp(text) !== undefined;
    } catch {
      return false;
    }
  }, 'is not a regular expression');
}

/** The settings with the path of the dataset; problems are reported. */
export function bindEngineer(
  written: z.infer<ReturnType<typeof engineerSchema>> | undefined,
  node: Node | undefined,
  { report, tree, dir }: { readonly report: Report; readonly tree: FileTree; readonly dir: string },
): EngineerSpec | undefined {
  if (written === undefined || node === undefined) return undefined;
  const { data, budget = {}, models = {}, steps = {}, objectives } = written;
  const located = data === undefined ? undefined : locateFile(tree, dir, data);
  if (located !== undefined && 'finding' in located) report.add(nodeAt(node, ['data']) ?? node, located.finding);
  const { time, ...limits } = budget;
  return JSON.parse(
    JSON.stringify({
      data: located !== undefined && 'file' in located ? located.file : undefined,
      budget: { ...limits, timeMs: time },
      models,
      steps,
      objectives,
    }),
  );
}
