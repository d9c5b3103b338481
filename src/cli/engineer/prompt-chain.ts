import type { Chain } from '../../core/chain.ts';
import { ChainError, UsageError } from '../../core/errors.ts';
import { scan } from '../../template/scan.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';

/**
 * A prompt without its chain, as a chain of one step: the inputs it reads are required, and it gets `{input}` after its text
 * when it reads nothing.
 */
export function promptChain(call: Call, name: string, text: string, model?: string): Chain {
  const slots = scan(text).parts.flatMap((part) => (typeof part === 'string' ? [] : [part.text.slice(1, -1).trim()]));
  const names = new Set(slots.flatMap((slot) => /^inputs\.([\p{L}_][\p{L}\p{N}_]*)/u.exec(slot)?.[1] ?? []));
  const inputs = Object.fromEntries([...names].map((each) => [each, { type: 'string', required: true }]));
  const prompt = slots.length === 0 ? `${text}\n\n{input}` : text;
  const { model: defaults, ...options } = loadOptions(call);
  const chosen = { ...defaults, ...(model === undefined ? {} : { override: model }) };
  try {
    return loadAsked('<stdin>', { ...options, model: chosen, text: JSON.stringify({ inputs, steps: [{ prompt }] }) });
  } catch (cause) {
    if (!(cause instanceof ChainError)) throw cause;
    throw new UsageError(`what ${name} reads is not known without its chain: ${cause.message}`, {
      help: 'name the chain it belongs to',
      cause,
    });
  }
}
