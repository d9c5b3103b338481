import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import type { InputSpec } from '../../core/chain.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ServedChain } from '../service.ts';

/** A chain as a tool: what it declares as arguments, what it reads as `{input}` as one of them. */
export function toolOf(chain: ServedChain): Tool {
  const { name, description, inputs, takesInput, changes, answer } = chain;
  const properties: Record<string, JsonObject> = {};
  if (takesInput) properties[textArgument(chain)] = { type: 'string', description: 'the text that the chain works on' };
  for (const [input, spec] of Object.entries(inputs)) properties[input] = schemaOf(spec);
  const required = [
    ...(takesInput ? [textArgument(chain)] : []),
    ...Object.keys(inputs).filter((input) => inputs[input]?.required === true),
  ];
  return {
    name,
    description: description ?? `Runs the chain "${name}".`,
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
    ...(answer === undefined ? {} : { outputSchema: answer as Tool['outputSchema'] }),
    annotations: changes ? { readOnlyHint: false } : { readOnlyHint: true, openWorldHint: false },
  };
}

/** The argument that is `{input}`: another name where the chain declares that one. */
export function textArgument({ inputs }: Pick<ServedChain, 'inputs'>): string {
  return Object.hasOwn(inputs, 'input') ? 'input_text' : 'input';
}

function schemaOf(spec: InputSpec): JsonObject {
  return {
    ...TYPES[spec.type],
    ...(spec.options === undefined ? {} : { enum: spec.options }),
    ...(spec.default === undefined ? {} : { default: spec.default }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
  };
}

const TYPES: Readonly<Record<InputSpec['type'], JsonObject>> = {
  string: { type: 'string' },
  choice: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  list: { type: 'array' },
  map: { type: 'object' },
};
