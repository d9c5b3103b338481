import type { Event as RunEvent } from '../../core/event.ts';
import type { Usage } from '../../core/model.ts';
import { statusBadge } from '../badge.ts';
import { el, fill } from '../element.ts';
import { cost, duration, moment, tokens } from '../format.ts';

/** What a run costs so far: time, tokens, money. */
export interface Summary {
  readonly element: HTMLElement;
  take(event: RunEvent): void;
  close(): void;
}

interface Spent {
  readonly usage: Pick<Usage, 'input_tokens' | 'output_tokens'>;
  readonly cost_usd: number | null;
}

export function createSummary(): Summary {
  const status = el('dd', {}, statusBadge('running'));
  const [began, lasted, used, paid, id] = [el('dd', {}), el('dd', {}), el('dd', {}), el('dd', {}), el('dd', {})];
  const row = (label: string, value: HTMLElement) => el('div', {}, el('dt', {}, label), value);
  const element = el(
    'dl',
    { class: 'summary' },
    row('Status', status),
    row('Duration', lasted),
    row('Tokens', used),
    row('Cost', paid),
    row('Started', began),
    row('Run', id),
  );
  /** By step, while it goes on by turn. */
  const spent = new Map<string, Spent>();
  let started: number | undefined;
  const clock = setInterval(() => {
    if (started !== undefined) fill(lasted, duration(Math.max(0, Date.now() - started)));
  }, 500);

  return { element, take, close: () => clearInterval(clock) };

  function take(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        started = Date.parse(event.ts);
        fill(began, el('time', { datetime: event.ts }, moment(event.ts)));
        fill(id, el('code', {}, event.run_id));
        tell();
        break;
      case 'turn.completed':
        spent.set(event.turn, event);
        tell();
        break;
      case 'step.completed':
      case 'step.failed':
        for (const path of spent.keys())
          if (path.startsWith(`${event.step}/`) && event.usage.input_tokens > 0) spent.delete(path);
        spent.set(event.step, event);
        tell();
        break;
      case 'run.completed':
      case 'run.failed':
      case 'run.interrupted': {
        started = undefined;
        clearInterval(clock);
        const { result } = event;
        fill(status, statusBadge(result.status));
        fill(lasted, duration(result.duration_ms));
        show(result);
        break;
      }
    }
  }

  function tell(): void {
    let [input, output, usd]: [number, number, number | null] = [0, 0, 0];
    for (const { usage, cost_usd } of spent.values()) {
      input += usage.input_tokens;
      output += usage.output_tokens;
      usd = usd === null || cost_usd === null ? null : usd + cost_usd;
    }
    show({ usage: { input_tokens: input, output_tokens: output }, cost_usd: usd });
  }

  function show({ usage, cost_usd }: Spent): void {
    fill(used, tokens(usage));
    fill(paid, cost(cost_usd));
  }
}
