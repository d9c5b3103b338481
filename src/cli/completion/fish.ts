import type { CommandWords, OptionWords } from '../command.ts';
import { inside, type Place } from './tree.ts';

/** For fish 3. */
export function fishScript(commands: readonly CommandWords[]): string {
  const root = { path: '', summary: '', options: [], next: [], verbs: commands };
  return `# promptchain completion for fish: promptchain completion fish | source
function __promptchain_path
  set -l path ''
  for word in (commandline -opc)[2..]
    switch "$path $word"
${inside(commands)
  .map(({ path }) => `      case ${quoted(path)}\n        set path ${quoted(path)}`)
  .join('\n')}
    end
  end
  echo -- "$path"
end
function __promptchain_at
  test (__promptchain_path) = $argv[1]
end
complete -c promptchain -e
${[root, ...inside(commands)].flatMap(lines).join('\n')}
`;
}

function lines({ path, options, next, verbs }: Place): readonly string[] {
  const at = `complete -c promptchain -n ${quoted(`__promptchain_at ${quoted(path)}`)}`;
  const words =
    verbs.length > 0
      ? verbs.map(({ name, summary }) => ` -a ${quoted(name)} -d ${quoted(summary)}`)
      : next.map((word) => ` -a ${quoted(word)}`);
  return [...words.map((word) => `${at} -f${word}`), ...options.map((option) => at + optionWords(option))];
}

function optionWords({ names, summary, takesValue, choices }: OptionWords): string {
  const named = names.map((name) => (name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join('');
  const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : '';
  return `${named}${value} -d ${quoted(summary)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
