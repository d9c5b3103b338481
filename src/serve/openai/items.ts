import type { Part } from './answer.ts';

/** An event of a Responses stream: its type and its own fields. */
export type Told = readonly [type: string, fields: object];

/** An item of an output while it is being written: what opens it, each delta, what closes it. */
export interface OpenItem {
  readonly type: Part['type'];
  readonly frames: readonly Told[];
  delta(text: string): Told;
  close(): { readonly frames: readonly Told[]; readonly item: object };
}

export function openItem(type: Part['type'], { run, index }: { readonly run: string; readonly index: number }): OpenItem {
  const form = FORMS[type];
  const id = `${form.prefix}_${run}${index === 0 ? '' : `_${index}`}`;
  const place = { item_id: id, output_index: index, [form.counter]: 0 };
  let text = '';
  return {
    type,
    frames: [
      ['response.output_item.added', { output_index: index, item: { ...form.item(id, []), status: 'in_progress' } }],
      [form.partAdded, { ...place, part: form.part('') }],
    ],
    delta(more) {
      text += more;
      return [`${form.text}.delta`, { ...place, delta: more, ...form.extra }];
    },
    close() {
      const part = form.part(text);
      const item = form.item(id, [part]);
      return {
        item,
        frames: [
          [`${form.text}.done`, { ...place, text, ...form.extra }],
          [form.partDone, { ...place, part }],
          ['response.output_item.done', { output_index: index, item }],
        ],
      };
    },
  };
}

/** The whole of each, as it stands in an output. */
export function messageItem(run: string, text: string): object {
  return FORMS.text.item(`${FORMS.text.prefix}_${run}`, [FORMS.text.part(text)]);
}

export function reasoningItem(run: string, text: string): object {
  return FORMS.reasoning.item(`${FORMS.reasoning.prefix}_${run}`, [FORMS.reasoning.part(text)]);
}

const FORMS = {
  text: {
    prefix: 'msg',
    counter: 'content_index',
    text: 'response.output_text',
    partAdded: 'response.content_part.added',
    partDone: 'response.content_part.done',
    extra: { logprobs: [] },
    part: (text: string): object => ({ type: 'output_text', text, annotations: [], logprobs: [] }),
    item: (id: string, content: readonly object[]): object => ({
      id,
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content,
    }),
  },
  reasoning: {
    prefix: 'rs',
    counter: 'summary_index',
    text: 'response.reasoning_summary_text',
    partAdded: 'response.reasoning_summary_part.added',
    partDone: 'response.reasoning_summary_part.done',
    extra: {},
    part: (text: string): object => ({ type: 'summary_text', text }),
    item: (id: string, summary: readonly object[]): object => ({ id, type: 'reasoning', status: 'completed', summary }),
  },
};
