import type { JsonObject } from '../../core/json.ts';
import { el } from '../element.ts';
import { createField } from '../form/field.ts';
import { createFieldGroup } from '../form/field-group.ts';
import type { Problem } from '../request.ts';
import type { ServedChain } from '../wire.ts';

/** The inputs of a chain in a conversation: each turn is a run, so they go with every message. */
export interface ChatInputs {
  /** Nothing where the chain has no inputs. */
  readonly element: HTMLElement | undefined;
  /** The values; undefined when one is wrong, which then has the focus. */
  read(): JsonObject | undefined;
  /** Takes back the room of the fields; what they have stays. */
  fold(): void;
  /** Shows what the server finds wrong beside the fields it is about. False when it is about none. */
  complain(problem: Problem): boolean;
}

export function createChatInputs({ inputs }: Pick<ServedChain, 'inputs'>): ChatInputs {
  const specs = Object.entries(inputs);
  const fields = createFieldGroup(specs.map(([name, spec]) => createField(name, spec)));
  const element = el(
    'details',
    { class: 'inputs', open: specs.some(([, { required }]) => required) },
    el('summary', {}, 'Inputs'),
    el('p', { class: 'note' }, 'They go with every message.'),
    ...fields.elements,
  );
  return {
    element: specs.length === 0 ? undefined : element,
    read() {
      const { values, wrong } = fields.read();
      wrong?.focus();
      return wrong === undefined ? values : undefined;
    },
    fold() {
      element.open = false;
    },
    complain(problem) {
      const about = fields.complain(problem);
      about?.focus();
      return about !== undefined;
    },
  };
}
