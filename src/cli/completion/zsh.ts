import type { CommandWords, OptionWords } from '../command.ts';
import { inside, type Place } from './tree.ts';

/** For zsh 5; what it has no words for are names of files. */
export function zshScript(commands: readonly CommandWords[]): string {
  const root = { path: '', summary: '', options: [], next: [], verbs: commands };
  return `#compdef promptchain
# promptchain completion for zsh: eval "$(promptchain completion zsh)", after compinit
_promptchain() {
  local path_="" word i
  local -a options_ words_
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$path_ $word" in
${inside(commands)
  .map(({ path }) => `      ${quoted(path)}) path_=${quoted(path)} ;;`)
  .join('\n')}
    esac
  done
  case "$path_ \${words[CURRENT-1]}" in
${inside(commands)
  .flatMap(({ path, options }) => options.flatMap((option) => values(path, option)))
  .join('\n')}
  esac
  case "$path_" in
${[root, ...inside(commands)].map(branch).join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o option options_
  elif (( \${#words_} )); then
    _describe word words_
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _promptchain ]]; then _promptchain "$@"; else compdef _promptchain promptchain; fi
`;
}

function branch({ path, options, next, verbs }: Place): string {
  const described =
    verbs.length > 0 ? verbs.map(({ name, summary }) => entry(name, summary)) : next.map((word) => entry(word, ''));
  const lines = options.flatMap(({ names, summary }) => names.map((name) => entry(name, summary)));
  return `    ${quoted(path)}) words_=(${described.join(' ')}) options_=(${lines.join(' ')}) ;;`;
}

function values(path: string, { names, takesValue, choices }: OptionWords): readonly string[] {
  if (!takesValue) return [];
  const patterns = names.map((name) => quoted(`${path} ${name}`)).join('|');
  return [`    ${patterns}) ${choices.length === 0 ? '_files' : `compadd -- ${choices.map(quoted).join(' ')}`}; return ;;`];
}

function entry(word: string, summary: string): string {
  return quoted(
    summary === '' ? word.replaceAll(':', '\\:') : `${word.replaceAll(':', '\\:')}:${summary.replaceAll(':', '\\:')}`,
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
