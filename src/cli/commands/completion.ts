import { Argument } from 'commander';
import { EXIT } from '../../core/exit-code.ts';
import type { Command, CommandWords } from '../command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { powershellScript } from '../completion/powershell.ts';
import { zshScript } from '../completion/zsh.ts';

const SCRIPTS: ReadonlyMap<string, (commands: readonly CommandWords[]) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
  ['powershell', powershellScript],
]);

export const completion: Command = {
  examples: [
    { command: 'eval "$(promptchain completion bash)"', note: 'in ~/.bashrc' },
    { command: 'eval "$(promptchain completion zsh)"', note: 'in ~/.zshrc, after compinit' },
    { command: 'promptchain completion fish > ~/.config/fish/completions/promptchain.fish', note: 'once' },
    { command: 'promptchain completion powershell | Out-String | Invoke-Expression', note: 'in $PROFILE' },
  ],
  bare: true,
  configure(parser) {
    parser.addArgument(new Argument('<shell>', 'the shell').choices([...SCRIPTS.keys()]));
  },
  async run({ args, out, pages }) {
    const script = SCRIPTS.get(args[0] ?? '');
    await out.write(script?.(await pages.words()) ?? '');
    return EXIT.ok;
  },
};
