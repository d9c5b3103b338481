import { withModel } from '../open.ts';
import type { ChatCommand } from './command.ts';

export const model: ChatCommand = {
  name: 'model',
  takes: '[provider/model]',
  summary: 'the models that answer; or from now on this one, for all steps',
  async run(chat, name) {
    if (name !== '') chat.answering = await withModel(chat, name);
    const { chain, openModel } = chat.answering;
    const names = new Set<string>();
    for (const spec of chain.uses.models) names.add((await openModel(spec)).spec.id);
    await chat.call.err.write(names.size === 0 ? 'the chain asks no model\n' : `${[...names].join(', ')}\n`);
    return undefined;
  },
};
