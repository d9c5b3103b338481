import type { CommandWords } from '../command.ts';
import { inside } from './tree.ts';

/** For PowerShell 5 and newer; without a word of ours it completes names of files itself. */
export function powershellScript(commands: readonly CommandWords[]): string {
  const root = { path: '', summary: '', options: [], next: commands.map(({ name }) => name), verbs: commands };
  const table = [root, ...inside(commands)].map(({ path, options, next }) => {
    const words = [...next, ...options.flatMap(({ names }) => names)];
    return `    ${quoted(path)} = @(${words.map(quoted).join(', ')})`;
  });
  const choices = inside(commands).flatMap(({ path, options }) =>
    options.flatMap((option) =>
      option.names.flatMap((name) =>
        option.choices.length === 0 ? [] : [`    ${quoted(`${path} ${name}`)} = @(${option.choices.map(quoted).join(', ')})`],
      ),
    ),
  );
  return `# promptchain completion for PowerShell: promptchain completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName promptchain -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $table = @{
${table.join('\n')}
  }
  $choices = @{
${choices.join('\n')}
  }
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $path = ''
  foreach ($word in $words) { if ($table.ContainsKey("$path $word")) { $path = "$path $word" } }
  $last = if ($words.Count -gt 0) { $words[-1] } else { '' }
  $found = if ($choices.ContainsKey("$path $last")) { $choices["$path $last"] } else { $table[$path] }
  $found | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
