import type { Scope } from '../core/scope.ts';
import type { StepOutcome } from '../core/step.ts';
import { memoryCommands } from './memory-commands.ts';

/** Functions that come with the program: `function: builtin#<name>`. */
export const BUILTINS: Readonly<Record<string, (scope: Scope) => StepOutcome>> = { memory_commands: memoryCommands };
