import { z } from 'zod';
import { ToolError } from '../core/errors.ts';
import { fields } from '../lib/fields.ts';
import { defineKind } from './define.ts';
import { value } from './fields.ts';

/** One tool called directly, without a model. */
export const tool = defineKind({
  key: 'tool',
  summary: 'one tool of an MCP server, of the chain or built in, called without a model',
  example: '- tool: calculator\n  with: { expression: "{input}" }\n',
  shape: 'group',
  options: fields({
    tool: () => z.string().min(1).describe('server.tool, the name of a declared tool, or a built-in one'),
    with: () => z.record(z.string(), value()).optional().describe('its arguments'),
  }),
  bind(options, binding) {
    const given = binding.value(['with']);
    return {
      tools: [options.tool],
      preview: () => options.tool,
      async *run(context) {
        const [called] = yield* context.tools([options.tool]);
        if (called === undefined) throw new TypeError('a pattern without a tool was opened');
        const result = yield* context.call('call', called, given?.value(context.scope) ?? {});
        if (!result.isError) return { output: result.text, ...(result.data === undefined ? {} : { data: result.data }) };
        throw new ToolError(`the tool "${options.tool}" failed: ${result.text}`, { code: 'PC7004', reason: 'tool' });
      },
    };
  },
});
