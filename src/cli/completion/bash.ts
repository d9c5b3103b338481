import type { CommandWords, OptionWords } from '../command.ts';
import { inside } from './tree.ts';

/** For bash 3.2 and newer; what it has no words for falls back to names of files. */
export function bashScript(commands: readonly CommandWords[]): string {
  return `# promptchain completion for bash: eval "$(promptchain completion bash)"
_promptchain() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" word options="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path $word" in
${inside(commands)
  .map(({ path }) => `      '${path}') path="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${[{ path: '', options: [], next: commands.map(({ name }) => name) }, ...inside(commands)].map(branch).join('\n')}
  esac
  case "$path $prev" in
${inside(commands)
  .flatMap(({ path, options }) => options.flatMap((option) => values(path, option)))
  .join('\n')}
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
  esac
}
complete -o bashdefault -o default -F _promptchain promptchain
`;
}

interface Branch {
  readonly path: string;
  readonly options: readonly OptionWords[];
  readonly next: readonly string[];
}

function branch({ path, options, next }: Branch): string {
  const names = options.flatMap((option) => option.names);
  return `    '${path}') options='${names.join(' ')}' words='${next.join(' ')}' ;;`;
}

/** The value of an option: one of its choices, else a file. */
function values(path: string, { names, takesValue, choices }: OptionWords): readonly string[] {
  if (!takesValue) return [];
  const patterns = names.map((name) => `'${path} ${name}'`).join('|');
  return [
    `    ${patterns}) COMPREPLY=(${choices.length === 0 ? '' : `$(compgen -W '${choices.join(' ')}' -- "$cur")`}); return ;;`,
  ];
}
