import type { Json } from '../core/json.ts';

/** What an editor shows beside the description of a key; never looked at by a run. */
export const CHAIN_EXAMPLES: { readonly [key: string]: readonly Json[] } = {
  name: ['triage-issue'],
  inputs: [{ tone: { type: 'choice', options: ['brief', 'friendly'], default: 'brief' } }],
  models: [{ fast: 'openai/gpt-4o-mini', careful: { model: 'anthropic/claude-sonnet-4-5', temperature: 0 } }],
  model: ['openai/gpt-4o-mini', 'auto'],
  secrets: [['GITHUB_TOKEN']],
  mcp: [{ docs: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', 'docs'] } }],
  tools: [
    { word_count: { description: 'counts the words of a text', parameters: { text: 'string' }, run: 'jq -r .text | wc -w' } },
  ],
  permissions: [{ ask: ['docs.write_*'], deny: ['run'] }],
  memory: [{ namespace: 'quiz:{inputs.topic}' }],
  limits: [{ cost: 0.5, time: '10m', calls: 40 }],
  techniques: [['step_by_step', 'role_playing:editor']],
  strategy: ['self-refine'],
  steps: [['Summarise in one sentence: {input}']],
  output: [{ summary: '{steps.summary.output}' }],
};

export const STEP_EXAMPLES: { readonly [key: string]: readonly Json[] } = {
  id: ['summary'],
  if: ['size(input) > 2000', 'steps.kind.output.contains("bug")'],
  retry: [3, { attempts: 5, on: ['rate_limit', 'timeout'] }],
  timeout: ['90s', '3m'],
  on_error: ['continue'],
  foreach: ['steps.list.data', ['a', 'b']],
  repeat: [{ max: 3, until: 'steps.review.data.ok' }],
  remember: [{ facts: { append: '{steps.facts.output}', keep: 20 } }],
  fields: [{ kind: 'bug|feature', severity: '1..5', 'why?': 'string' }],
  choices: [['bug', 'feature', 'question']],
  model: ['openai/gpt-4o-mini'],
  tools: [['calculator', 'docs.read_*']],
  techniques: [['step_by_step', 'few_shot:3']],
  strategy: ['cot'],
  history: ['full'],
  env: [{ TOPIC: '{inputs.topic}' }],
  with: [{ text: '{input}' }],
  fallback: [['anthropic/claude-sonnet-4-5']],
};
