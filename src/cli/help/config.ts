import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const config: Topic = {
  name: 'config',
  summary: 'configuration files, and what goes over what',
  text: async () => {
    const { projectConfigSchema, userConfigSchema } = await import('../schemas/config.ts');
    const settings = Object.entries(userConfigSchema.shape).map(([name, { description = '' }]) => [
      name,
      name in projectConfigSchema.shape ? 'both' : 'user',
      description,
    ]);
    return `From the strongest to the weakest:

${columns(ORDER.map((text, index) => [`${index + 1}.`, text]))}

Settings, and which file may have them:

${columns(settings)}

A project's file cannot set what belongs to you, such as where keys go. Keys are in neither file: promptchain help
environment.

  # promptchain.config.yaml
  model: openai/gpt-4o-mini
  memory: my-project

  # config.yaml, yours
  providers:
    openai: { api_key_command: [pass, show, openai] }

The JSON Schema: promptchain schema config.`;
  },
};

const ORDER = [
  'flags',
  'PROMPTCHAIN_* variables; those for the model and the memory namespace are defaults: what a chain names goes over them',
  'the chain file',
  'promptchain.config.yaml of the working directory, or of a folder above it inside the same repository',
  'config.yaml of your configuration folder: ~/.config/promptchain, $XDG_CONFIG_HOME/promptchain, or under $PROMPTCHAIN_HOME',
  'what is built in',
] as const;
