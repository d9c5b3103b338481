import { PROVIDERS } from '../../models/providers.ts';
import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const environment: Topic = {
  name: 'environment',
  summary: 'the variables that are read, and .env',
  text: async () => `${columns(OURS)}

Keys, the first that is set; promptchain models list shows which are:

${columns(PROVIDERS.map(({ id, keyEnv, keyUrl }) => [id, keyEnv.join(', '), keyUrl ?? '']))}

<PROVIDER>_BASE_URL, such as OPENAI_BASE_URL, replaces where requests go. HTTPS_PROXY and NO_PROXY count.

OTEL_EXPORTER_OTLP_ENDPOINT, such as http://localhost:4318, is where traces of runs go, without prompts and answers;
none are made where it is not set. promptchain help traces tells more.

.env of the working directory fills in what the environment lacks; --env-file names another file, --no-env-file reads
none. Names that change how programs run or where they connect (PATH, NODE_OPTIONS, HTTPS_PROXY, OTEL_* and the like)
are not taken from it. A base URL that comes from .env or a chain file gets a key of your own only if its host is on
loopback or known.

Node itself looks for --env-file in every command line, before promptchain starts: it ends with "not found" and exit
code 9 when there is no such file, and applies NODE_OPTIONS from one that there is. It does neither with .env, nor with
env_file of the configuration.`,
};

const OURS = [
  ['PROMPTCHAIN_MODEL', 'the model of steps whose chain names none, such as openai/gpt-4o-mini'],
  ['PROMPTCHAIN_MEMORY', 'the memory namespace of chains that name none'],
  ['PROMPTCHAIN_SERVE_TOKEN', 'the token that clients of "promptchain serve" must send'],
  ['PROMPTCHAIN_HOME', 'one folder for configuration, memory, runs and cache'],
  [
    'PROMPTCHAIN_TRUST',
    'always: run every chain without asking whether it is trusted, such as in an image for CI; not from .env',
  ],
  ['XDG_CONFIG_HOME, XDG_DATA_HOME', 'the folders above promptchain/ for configuration and memory'],
  ['XDG_STATE_HOME, XDG_CACHE_HOME', 'the same for runs and cache'],
  ['NO_COLOR, FORCE_COLOR, CLICOLOR', 'colour; the flag --color goes over them'],
] as const;
