import { columns } from '../columns.ts';
import type { Topic } from './topic.ts';

export const errors: Topic = {
  name: 'errors',
  summary: 'every error code and what it means',
  text: async () => {
    const { CODE_TABLES } = await import('./codes.ts');
    const codes = CODE_TABLES.flatMap((table) => Object.entries(table)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const families = FAMILIES.map(([family, meaning]) => ({
      title: `${family}: ${meaning}`,
      rows: codes.filter(([code]) => code.startsWith(family)),
    }));
    const parts = families.filter(({ rows }) => rows.length > 0).map(({ title, rows }) => `${title}\n${columns(rows)}`);
    return `A code never changes its meaning. In --json and --jsonl it is error.code, and error.reason is its class.

${parts.join('\n\n')}`;
  },
};

const FAMILIES = [
  ['PC0', 'a fault of promptchain itself, or an interrupted run'],
  ['PC1', 'the chain file or a configuration file'],
  ['PC2', 'the command line and its input'],
  ['PC3', 'references and templates'],
  ['PC4', 'keys'],
  ['PC5', 'a provider refused or answered badly'],
  ['PC6', 'failures of the moment: the same call may succeed later'],
  ['PC7', 'tools and MCP servers'],
  ['PC8', 'memory and runs'],
  ['PC9', 'limits'],
] as const;
