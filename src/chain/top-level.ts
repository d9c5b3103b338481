import { z } from 'zod';
import { CACHE_SAYS, cache } from '../lib/cache-option.ts';
import { caseSchema } from '../lib/case-fields.ts';
import { duration } from '../lib/duration.ts';
import { fields } from '../lib/fields.ts';
import { engineerSchema } from './engineer.ts';
import { inputsSchema } from './inputs.ts';
import { serverListSchema, serversSchema } from './mcp.ts';
import { modelsSchema } from './models.ts';
import { permissionsSchema } from './permissions.ts';
import { toolsSchema } from './tools.ts';

const memorySchema = () =>
  z.strictObject({
    namespace: z.string().min(1).optional().describe('where the keys live; may hold placeholders; "default" unless given'),
    commit: z.enum(['on_success', 'each_step']).default('on_success').describe('when what was remembered is written'),
    max: z.int().min(1).optional().describe('how many keys the namespace keeps; the longest untouched go first'),
  });

const testsSchema = () =>
  z.union([
    z.array(caseSchema()).min(1, 'needs at least one case'),
    z.strictObject({ file: z.string().min(1).describe('a dataset: .yaml, .json, .jsonl or .csv') }),
  ]);

const limitsSchema = () =>
  z.strictObject({
    cost: z.number().min(0).optional().describe('US dollars'),
    time: duration().optional().describe('such as 10m'),
    calls: z.int().min(1).optional().describe('requests to models, those that failed included'),
    tokens: z.int().min(1).optional().describe('input and output of all calls together'),
  });

const stepList = () => z.array(z.unknown()).min(1, 'needs at least one step');

/** The keys of a chain file. */
export const chainFields = fields({
  version: () => z.literal(1).optional().describe('of this format: 1'),
  name: () => z.string().min(1).optional().describe("the chain's name; by default its file's"),
  description: () => z.string().optional().describe('what the chain is for'),
  inputs: () => inputsSchema().optional().describe('values a run takes; "input" always exists'),
  models: () => modelsSchema().optional().describe('names for models, or a list: one for all prompt steps, or one for each'),
  model: () =>
    z.string().min(1).optional().describe('the model of every step that names none: provider/model, or a name from "models"'),
  system: () => z.string().optional().describe('the system text of every prompt step that has none'),
  secrets: () =>
    z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'))
      .optional()
      .describe('environment variables that have to be set; their values are masked in all output'),
  mcp: () => serversSchema().optional().describe('MCP servers by name'),
  mcp_servers: () => serverListSchema().optional().describe('MCP servers as a list, each with an id'),
  tools: () => toolsSchema().optional().describe('tools of the chain itself: a command, a function or another chain, by name'),
  permissions: () =>
    permissionsSchema().optional().describe('which tools and commands may run, may run after a question, and may not'),
  memory: () => memorySchema().optional().describe('where and when memory is written'),
  limits: () =>
    limitsSchema().optional().describe('what a run may use: it stops before the call that would exceed it, and can be resumed'),
  techniques: () => z.array(z.string()).optional().describe('techniques of every prompt step that names none'),
  strategy: () => z.string().optional().describe('the strategy of every prompt step that names none'),
  prompt_dirs: () => z.array(z.string().min(1)).optional().describe('folders in which prompt: {id: …} looks; by default prompts'),
  cache: () => cache().optional().describe(`the "cache" of every step that asks a model: ${CACHE_SAYS}`),
  allow_empty: () => z.boolean().optional().describe('true: an empty result is not a failure'),
  steps: () => stepList().optional().describe('what the chain does, in order'),
  instructions: () => stepList().optional().describe('another word for steps'),
  finally: () => stepList().optional().describe('steps that run last, also when the others failed; the output stays what it was'),
  tests: () => testsSchema().optional().describe('the cases of promptchain test: a list, or {file: …}'),
  engineer: () => engineerSchema().optional().describe('what promptchain engineer does with the chain'),
  output: () => z.json().optional().describe('a text or a map to print instead of the last output'),
});
