/** What stdout gets: the result as text, one JSON object, or every event as a line. */
export type Format = 'text' | 'json' | 'stream-json';

/** The format the arguments ask for, also when they cannot be parsed: an error must come out in it. */
export function formatIn(argv: readonly string[]): Format {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  const named = options.flatMap((argument, index) =>
    argument === '--output-format' ? [options[index + 1]] : argument.startsWith('--output-format=') ? [argument.slice(16)] : [],
  )[0];
  if (options.includes('--json') || named === 'json') return 'json';
  return options.includes('--jsonl') || named === 'stream-json' ? 'stream-json' : 'text';
}
