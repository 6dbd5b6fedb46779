/** Lines of text, and a prompt at every pause. */
import { TsstepError } from '../../core/errors.ts';
import { stageNames } from '../../core/stage.ts';
import type { Event, EventOf } from '../../tracer/events.ts';
import type { CommandContext } from '../commands/command.ts';
import { findCommand } from '../commands/table.ts';
import type { Decision, FrontEnd, Pause } from '../front-end.ts';
import { foreseen } from '../plan/foresee.ts';
import type { Bars } from '../progress/bars.ts';
import { Transfers } from '../progress/transfer.ts';
import { failureText } from '../show-failure.ts';
import type { Console } from './console.ts';
import { interrupted } from './input.ts';
import { Renderer } from './render.ts';
import { stepLine, whyLines } from './show-step.ts';
import { type Style, wrap } from './style.ts';

/** Upcoming operations shown with their calls at a pause; `where` shows all that way. */
const UPCOMING_SHOWN = 10;

export class PlainFrontEnd implements FrontEnd {
  readonly observes = true;
  readonly ask: ((pause: Pause) => Promise<Decision>) | undefined;
  asking = false;
  deaf = false;
  readonly #console: Console;
  readonly #style: Style;
  readonly #renderer: Renderer;
  readonly #transfers = new Transfers();
  #bars: Bars | undefined;
  #ended = false;
  /** What Enter repeats; at first it goes on as the flags of the run do. */
  #last: string | undefined;

  constructor(console: Console, { asks }: { asks: boolean }) {
    this.#console = console;
    this.#style = console.style;
    this.#renderer = new Renderer(this.#style);
    if (asks) this.ask = async (pause) => await this.#pause(pause);
  }

  readonly listener = (event: Event): void => {
    if (event.type === 'progress' && this.#console.bars) {
      this.#progress(event);
      return;
    }
    const lines = this.#renderer.render(event);
    if (lines.length > 0) this.#bars?.clear();
    this.#print(lines);
  };

  /** While somebody is asked, the last line of the terminal is the prompt's. */
  #progress({ name, done, total, time }: EventOf<'progress'>): void {
    if (this.asking || total === undefined) return;
    const transfer = this.#transfers.update(name, BigInt(time), done, total);
    if (this.#bars) this.#bars.show(name, `  ${name}`, transfer);
    else void this.#loadBars();
  }

  async #loadBars(): Promise<void> {
    const { Bars } = await import('../progress/bars.ts');
    if (this.#console.bars) this.#bars ??= new Bars(this.#console.bars);
  }

  interrupt(): void {
    this.#console.input.interrupt();
  }

  release(): Buffer {
    return this.#console.input.release();
  }

  async #pause(pause: Pause): Promise<Decision> {
    if (this.#ended) return { go: 'continue' };
    await this.#introduce(pause);
    this.asking = true;
    try {
      for (;;) {
        const line = await this.#console.input.line(this.#prompt(pause), 'command');
        // Ctrl-C and Ctrl-D leave the cursor behind the prompt.
        if (this.#console.interactive && (line === interrupted || line === undefined)) this.#write('\n');
        if (line === interrupted) return { quit: 'roll-back' };
        if (line === undefined) {
          this.#ended = true;
          return this.#console.interactive ? { quit: 'roll-back' } : { go: 'continue' };
        }
        const decision = await this.#obey(
          pause,
          line.trim() || (this.#last ?? (pause.stepping.byOperation ? 'step' : 'next')),
        );
        if (decision) return decision;
      }
    } finally {
      this.asking = false;
    }
  }

  async #obey(pause: Pause, line: string): Promise<Decision | undefined> {
    const found = findCommand(line);
    if (!found) {
      this.#print([`there is no command "${line}"`, this.#console.hint]);
      this.#console.failed(1);
      return undefined;
    }
    this.#last = line;
    try {
      return await found.command.run(this.#context(pause), found.argument);
    } catch (error) {
      // A wrong argument costs nothing: the pause goes on.
      if (!(error instanceof TsstepError)) throw error;
      this.#write(failureText(error.failure));
      this.#console.failed(error.failure.exit);
      return undefined;
    }
  }

  #context(pause: Pause): CommandContext {
    return {
      pause,
      look: this.#renderer.look,
      style: this.#style,
      interactive: this.#console.interactive,
      shared: this.#console.shared,
      write: (text) => this.#write(text),
      failed: (code) => this.#console.failed(code),
      print: (lines) => {
        this.#print(typeof lines === 'string' ? [lines] : lines);
        return undefined;
      },
      lend: (run) => {
        this.deaf = true;
        const result = run();
        // Signals that came meanwhile are delivered in the event loop's next poll, which is over two turns later.
        setImmediate(() => setImmediate(() => setTimeout(() => this.#hear(), 1)));
        return result;
      },
      ask: async (question) => {
        const answer = await this.#console.input.line(question, 'answer');
        return answer === interrupted ? undefined : answer;
      },
    };
  }

  async #introduce({ session, reason }: Pause): Promise<void> {
    const look = this.#renderer.look;
    const { upcoming } = session;
    const [next] = upcoming;
    if (!next || reason === 'failure') {
      this.#print([
        this.#style.bad('It failed here. Look around; going on or quitting takes everything back.'),
        this.#style.dim(this.#console.hint),
      ]);
      return;
    }
    if (next.index > 0) {
      this.#print([
        '',
        stepLine(look, next.operation, next.operation.name.length),
        ...whyLines(look, next.operation.why),
        this.#style.dim(this.#console.hint),
      ]);
      return;
    }
    const width = Math.max(...upcoming.map(({ operation }) => operation.name.length));
    const shown = upcoming.slice(0, UPCOMING_SHOWN).map(({ operation }) => stepLine(look, operation, width));
    const hidden = upcoming.slice(UPCOMING_SHOWN).map(({ operation }) => operation.name);
    const rest = [...hidden, ...(await foreseen(session))];
    const more =
      rest.length > 0 ? wrap(`and ${rest.length} more: ${rest.join(' ')}`, this.#style.width, '  ') : [];
    this.#print(['It will:', ...shown, ...more.map(this.#style.dim), this.#style.dim(this.#console.hint)]);
  }

  #hear(): void {
    this.deaf = false;
  }

  #prompt({ session }: Pause): string {
    const stage = session.stage?.name;
    const at = stage ? `${stageNames.indexOf(stage) + 1}/${stageNames.length} ${stage}` : 'end';
    return `tsstep [${at}]> `;
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) this.#write(`${lines.join('\n')}\n`);
  }

  #write(text: string): void {
    this.#console.write(text);
  }
}
