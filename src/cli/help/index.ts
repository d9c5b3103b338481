import { assertions } from './assertions.ts';
import { config } from './config.ts';
import { environment } from './environment.ts';
import { errors } from './errors.ts';
import { events } from './events.ts';
import { exitCodes } from './exit-codes.ts';
import { flow } from './flow.ts';
import { limits } from './limits.ts';
import { mcpServer } from './mcp-server.ts';
import { openai } from './openai.ts';
import { pipelines } from './pipelines.ts';
import { recordings } from './recordings.ts';
import { resume } from './resume.ts';
import { serve } from './serve.ts';
import { templates } from './templates.ts';
import type { Topic } from './topic.ts';
import { traces } from './traces.ts';
import { websocket } from './websocket.ts';

/** The pages of `promptchain help <topic>`, in the order they are listed. */
export const TOPICS: readonly Topic[] = [
  environment,
  exitCodes,
  errors,
  events,
  templates,
  flow,
  assertions,
  config,
  limits,
  mcpServer,
  openai,
  pipelines,
  recordings,
  resume,
  serve,
  traces,
  websocket,
];
