/**
 * Shells at which somebody types and presses Tab. Each is the real one, with its own line editor: what a shell makes of words,
 * quotes and answers is half of completion.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './commands.ts';

const program = join(import.meta.dirname, '../../bin/tsstep');

/** A home with the files `notes` and `data`, tsstep on the PATH, and an empty store. */
export class Desk {
  readonly directory = mkdtempSync(join(tmpdir(), 'tsstep-shell-'));
  readonly home = join(this.directory, 'home');
  readonly root = join(this.directory, 'root');
  /** What the line editors write down. */
  readonly lines = join(this.directory, 'lines');

  constructor() {
    for (const at of [this.home, this.root, join(this.directory, 'bin')]) mkdirSync(at);
    for (const name of ['notes', 'data']) writeFileSync(join(this.home, name), '');
    symlinkSync(program, join(this.directory, 'bin/tsstep'));
  }

  get env(): Readonly<Record<string, string>> {
    const path = `${join(this.directory, 'bin')}:${process.env.PATH}`;
    return {
      HOME: this.home,
      PATH: path,
      TSSTEP_ROOT: this.root,
      TERM: 'dumb',
      LC_ALL: 'C.UTF-8',
      HISTFILE: '',
    };
  }

  write(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** What was seen on the screen, and for each line what became of it. */
export interface Seen {
  screen: string;
  lines: string[];
}

type Key = 'tab' | 'all';

/** Types each line, presses a key, and reads the line. `all` puts everything into the line that fits. */
export type Type = (desk: Desk, key: Key, typed: readonly string[]) => Promise<Seen>;

const seen = (desk: Desk, screen: string): Seen => ({
  screen,
  lines: readFileSync(desk.lines, 'utf8').split('\n').slice(0, -1),
});

const [PREFIX, KILL_LINE, TAB] = ['\x18', '\x15', '\t'];

/** readline takes its keys from a pipe as well. */
export const bash: Type = async (desk, key, typed) => {
  const rc = desk.write(
    'bashrc',
    `cd; source <(tsstep completion bash); dump() { echo "$READLINE_LINE" >>'${desk.lines}'; }
     bind -x '"\\C-xd": dump'; bind '"\\C-xa": insert-completions'\n`,
  );
  const keys = typed.map((line) => `${line}${key === 'tab' ? TAB : `${PREFIX}a`}${PREFIX}d${KILL_LINE}`);
  const { stdout, stderr } = await run(['bash', '--rcfile', rc, '-i'], {
    env: desk.env,
    stdin: keys.join(''),
  });
  return seen(desk, stdout + stderr);
};

/** zle wants a terminal, and zsh brings a module that makes one. `script` is where its completion comes from. */
const zshWith =
  (script: string): Type =>
  async (desk, key, typed) => {
    desk.write(
      '.zshrc',
      `cd; mkdir -p functions; tsstep completion zsh >functions/_tsstep
       ${script}
       setopt no_auto_menu; PS1=; bindkey '^Xa' all; zle -C all complete-word _generic
       zstyle ':completion:all:*' completer _all_matches _complete; zstyle ':completion:all:*' insert true
       dump() { print -r -- "$BUFFER" >>'${desk.lines}'; BUFFER=; zle -I; print DUM""PED }; zle -N dump; bindkey '^Xd' dump
       print REA""DY\n`,
    );
    const keys = typed.map((line) => `${line}${key === 'tab' ? TAB : `${PREFIX}a`}${PREFIX}d`);
    const driver = desk.write(
      'driver',
      `zmodload zsh/zpty; zpty shell zsh -di; zpty -r shell text '*READY*'; print -r -- $text
       for keys; do zpty -w -n shell $keys; zpty -r shell text '*DUMPED*'; print -r -- $text; done\n`,
    );
    const env = { ...desk.env, ZDOTDIR: desk.directory };
    const { stdout, stderr } = await run(['zsh', '-df', driver, ...keys], { env });
    return seen(desk, stdout + stderr);
  };

const sourced = 'autoload -Uz compinit; compinit -u -D; source functions/_tsstep';
const autoloaded = 'fpath=(~/functions $fpath); autoload -Uz compinit; compinit -u -D';
export const zsh = zshWith(sourced);
export const zshFromFpath = zshWith(autoloaded);

/** fish answers what it would offer; with one offer, that is what Tab makes of the line. */
export const fish: Type = async (desk, key, typed) => {
  const script = desk.write(
    'driver.fish',
    `cd; tsstep completion fish | source
     for line in $argv
         set -l word (string match -r '\\S*$' -- $line); set -l front (string replace -r '\\S*$' '' -- $line)
         set -l found (complete -C $line | string replace -r '\\t.*' '')
         if test (count $found) -eq 0 -o '(' ${key} = tab -a (count $found) -gt 1 ')'; set found $word; end
         echo "$front$found" >>'${desk.lines}'
     end\n`,
  );
  const { stdout, stderr } = await run(['fish', '--no-config', script, ...typed], { env: desk.env });
  return seen(desk, stdout + stderr);
};
