import { ToolError } from '../core/errors.ts';
import type { ToolDefinition } from '../core/model.ts';
import type { Tool } from '../core/tool.ts';

/** The tools of a step as a model is shown them, and the way back from what it calls. */
export interface Offered {
  readonly definitions: readonly ToolDefinition[];
  readonly byWire: ReadonlyMap<string, Tool>;
  /** By the name in the chain file, which models sometimes use when it was in the prompt. */
  readonly byName: ReadonlyMap<string, Tool>;
}

export function offered(tools: readonly Tool[]): Offered {
  const byWire = new Map<string, Tool>();
  for (const tool of tools) {
    const other = byWire.get(tool.wireName);
    if (other !== undefined) throw collision(tool, other);
    byWire.set(tool.wireName, tool);
  }
  const definitions = [...byWire].map(([name, { description, parameters }]) => ({ name, description, parameters }));
  return { definitions, byWire, byName: new Map(tools.map((tool) => [tool.name, tool])) };
}

function collision(a: Tool, b: Tool): ToolError {
  return new ToolError(`the tools "${a.name}" and "${b.name}" have the same name for a model: ${a.wireName}`, {
    code: 'PC7002',
    reason: 'tool',
    help: 'rename one, or name only one of them in "tools"',
  });
}
