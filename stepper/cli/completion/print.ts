import { TsstepError } from '../../../core/errors.ts';
import { bash } from './bash.ts';
import { fish } from './fish.ts';
import { zsh } from './zsh.ts';

export const shells = { bash, zsh, fish } as const;

/** `tsstep completion SHELL`. @throws TsstepError usage */
export function print(shell: string | undefined): number {
  if (shell === undefined || !Object.hasOwn(shells, shell)) throw unknownShell(shell);
  process.stdout.write(shells[shell as keyof typeof shells]);
  return 0;
}

function unknownShell(shell: string | undefined): TsstepError {
  return new TsstepError({
    code: 'usage',
    what:
      shell === undefined
        ? 'tsstep completion needs the name of a shell'
        : `there is no completion for "${shell}"`,
    why: 'each shell takes a script in its own language, and there are scripts for bash, zsh and fish',
    remedy: 'tsstep completion bash, tsstep completion zsh or tsstep completion fish',
  });
}
