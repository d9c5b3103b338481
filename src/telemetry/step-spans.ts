import type { Attributes } from '@opentelemetry/api';
import type { StepCompleted, StepFailed, StepStarted } from '../core/event.ts';
import type { EventReader } from './event-reader.ts';
import { fail } from './failure.ts';
import { modelAttributes } from './model-name.ts';
import { usageAttributes } from './usage.ts';

/** A span for each step; the one of a model that pursues an objective with tools is an agent's. */
export const readSteps: EventReader = (event, { tree, redact, about, agents }) => {
  const at = Date.parse(event.ts);
  if (event.type === 'step.started') {
    const name = event.id.replace(/\[\d+\]$/, '');
    const attributes = { 'promptchain.step.path': event.step, 'promptchain.step.kind': event.kind };
    if (!isAgent(event)) {
      tree.open(event.step, { name: `${event.kind} ${name}`, at, attributes });
      return;
    }
    agents.add(event.step);
    tree.open(event.step, {
      name: `invoke_agent ${name}`,
      at,
      attributes: { ...about, ...agentAttributes(event, name), ...attributes },
    });
    return;
  }
  if (event.type !== 'step.completed' && event.type !== 'step.failed') return;
  const span = tree.at(event.step);
  if (span === undefined) return;
  span.setAttributes(endAttributes(event));
  // Of a prompt the requests tell the tokens: said twice, they would be counted twice.
  if (agents.delete(event.step)) span.setAttributes(answerAttributes(event));
  if (event.type === 'step.failed') fail(span, event.error, redact);
  tree.close(span, at);
};

/** A step with a loop around it opens no model: its items and turns do, and each of them is an agent's. */
function isAgent({ kind, llm }: StepStarted): boolean {
  return kind === 'objective' && llm !== undefined;
}

function agentAttributes({ model }: StepStarted, name: string): Attributes {
  return { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name, ...modelAttributes(model) };
}

function endAttributes(event: StepCompleted | StepFailed): Attributes {
  return {
    ...(event.cost_usd === null ? {} : { 'promptchain.cost_usd': event.cost_usd }),
    'promptchain.step.attempts': event.attempts,
    ...(event.type === 'step.failed' ? { 'promptchain.step.continued': event.continued } : {}),
    ...('cached' in event ? { 'promptchain.step.cached': true } : {}),
    ...('reused' in event ? { 'promptchain.step.reused': true } : {}),
  };
}

function answerAttributes(event: StepCompleted | StepFailed): Attributes {
  const finish = event.type === 'step.completed' ? event.finish_reason : undefined;
  return {
    ...usageAttributes(event.usage),
    ...(finish === undefined ? {} : { 'gen_ai.response.finish_reasons': [finish] }),
  };
}
