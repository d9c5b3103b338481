import { z } from 'zod';

const model = z.string().regex(/^(auto|[^\s/]+\/\S+)$/, 'must be "auto" or provider/model');
const namespace = z.string().min(1).max(400);

/** What a project may set, in `promptchain.config.yaml`: nothing that decides where keys go or what is trusted. */
export const projectConfigSchema = z
  .strictObject({
    model: model.optional().describe('The model of steps whose chain names none, such as openai/gpt-4o-mini or auto.'),
    memory: namespace.optional().describe('The memory namespace of chains that name none.'),
    env_file: z
      .union([z.string().min(1), z.literal(false)])
      .optional()
      .describe('Read this file instead of .env, relative to the configuration file; false reads none.'),
  })
  .describe('Configuration of a project: promptchain.config.yaml, found from the working directory up to the repository root.');

/** How a provider is reached and where its key is. */
export const providerSchema = z.strictObject({
  base_url: z
    .string()
    .regex(/^https?:\/\/[^\s/]/, 'must be an http or https URL')
    .exactOptional()
    .describe('Where its requests go, without a trailing slash.'),
  api_key_env: z.string().min(1).exactOptional().describe('The variable that holds its key.'),
  api_key_command: z
    .array(z.string())
    .min(1)
    .exactOptional()
    .describe('A program and its arguments, run without a shell: what it prints is the key.'),
  rate: z
    .strictObject({
      requests: z.int().min(1).exactOptional().describe('Requests a minute.'),
      tokens: z.int().min(1).exactOptional().describe('Tokens a minute, input and output together.'),
    })
    .exactOptional()
    .describe('What your key may do, where the provider does not say.'),
});

/** What you may set for yourself, in `config.yaml` of the configuration folder. */
export const userConfigSchema = projectConfigSchema
  .extend({
    color: z.enum(['auto', 'always', 'never']).optional().describe('Colour on the terminal, where no flag or variable decides.'),
    providers: z
      .record(z.string().min(1), providerSchema)
      .optional()
      .describe(
        'By provider: base_url, api_key_env, api_key_command (a list: program and arguments, no shell), rate (requests and tokens a minute).',
      ),
    trusted: z
      .array(z.string().regex(/^(\/|~(\/|$)|[A-Za-z]:)/, 'must be an absolute path, or begin with ~'))
      .optional()
      .describe('Folders whose chains run their commands, functions and servers without a question.'),
    allow_hosts: z
      .array(z.string().min(1))
      .optional()
      .describe('Hosts (host or host:port) that get your keys though a chain file or .env of a project names them.'),
  })
  .describe('Configuration of a user: config.yaml in the configuration folder.');

export type UserConfig = z.infer<typeof userConfigSchema>;
