/** Every kind of event as text. A mapped type: a new event without an entry does not compile. */
import type { Known } from '../../core/known.ts';
import { learn } from '../../core/known.ts';
import type { Operation } from '../../core/operation.ts';
import { stageNames } from '../../core/stage.ts';
import { describeUndo } from '../../tracer/describe/undo.ts';
import type { Event, EventOf, EventType, OperationRef } from '../../tracer/events.ts';
import { abbreviate, legend } from './abbreviate.ts';
import { type Look, performedLines } from './show-step.ts';
import { cut, type Style, wrap } from './style.ts';

type Renderers = { [T in EventType]: (event: EventOf<T>) => readonly string[] };

/** Turns the event stream into lines, and remembers what it needs to: it reads events, never the session. */
export class Renderer {
  readonly #style: Style;
  readonly #operations = new Map<string, Operation>();
  #known: Known | undefined;
  #stage = { operations: 0, changes: 0, nanoseconds: 0 };
  readonly #progressed = new Map<string, number>();
  #stays = false;
  #joins = false;

  constructor(style: Style) {
    this.#style = style;
  }

  render(event: Event): readonly string[] {
    return (this.#renderers[event.type] as (event: Event) => readonly string[])(event);
  }

  get look(): Look {
    return { style: this.#style, known: this.#known };
  }

  readonly #renderers: Renderers = {
    'session-started': ({ known, tsstep, spec }) => {
      this.#known = known;
      this.#stays = !spec.rm;
      this.#joins = spec.joins !== undefined;
      return [
        `tsstep ${tsstep}. Each operation: the call, its result, its time; the shell’s way; what changed.`,
        ...legend(known),
      ]
        .flatMap((line) => wrap(line, this.#style.width))
        .map(this.#style.dim);
    },
    snapshot: () => [],
    'stage-entered': ({ stage, summary }) => {
      this.#stage = { operations: 0, changes: 0, nanoseconds: 0 };
      const title = `━━ ${stageNames.indexOf(stage) + 1} of ${stageNames.length} · ${stage} `;
      return [
        '',
        this.#style.heading(title.padEnd(Math.min(this.#style.width, 80), '━')),
        ...wrap(summary, this.#style.width),
      ];
    },
    'stage-left': () => {
      const { operations, changes, nanoseconds } = this.#stage;
      if (operations === 0) return [this.#style.dim('  nothing to do: the flags of this run leave it out')];
      return [
        this.#style.dim(
          `  ${operations} ${operations === 1 ? 'operation' : 'operations'} in ${(nanoseconds / 1e6).toFixed(1)} ms, ${changes} changes`,
        ),
      ];
    },
    'operation-started': (event) => {
      this.#operations.set(key(event), event.operation);
      return [];
    },
    'operation-ended': (event) => this.#ended(event),
    'operation-undone': (event) => {
      const undo = this.#operations.get(key(event))?.undo;
      const how = undo === undefined ? '' : abbreviate(describeUndo(undo), this.#known);
      const mark = event.failure ? this.#style.bad('✗') : '↶';
      const at = `${event.stage}:${event.name}`;
      return [
        `${mark} ${at}  ${this.#style.dim(cut(event.failure?.what ?? how, this.#style.width - at.length - 4))}`,
      ];
    },
    progress: ({ name, done, total, unit }) => {
      const percent = total ? Math.floor((100 * done) / total) : 0;
      if (!total || percent < (this.#progressed.get(name) ?? 0) + 25 || percent === 100) return [];
      this.#progressed.set(name, percent);
      return [this.#style.dim(`    ${name}: ${percent}% of ${total} ${unit}`)];
    },
    paused: () => [],
    resumed: () => [],
    started: ({ pid }) => [
      '',
      this.#style.heading(
        this.#joins
          ? `The command runs in the container: it is the host’s process ${pid}.`
          : `The container runs: its PID 1 is the host’s process ${pid}.`,
      ),
    ],
    output: () => [],
    exited: ({ code, signal, oomKilled }) => {
      const how = signal ? `was ended by ${signal} (exit code ${code})` : `ended with exit code ${code}`;
      const oom = oomKilled ? ' The OOM killer did it: the memory limit was reached.' : '';
      return [this.#style.heading(`The ${this.#joins ? 'command' : 'container’s process'} ${how}.${oom}`)];
    },
    notice: ({ text }) => [this.#style.changed(`! ${text}`)],
    'session-ended': ({ result }) => this.#last(result),
  };

  #ended(event: EventOf<'operation-ended'>): readonly string[] {
    const operation = this.#operations.get(key(event));
    if (!operation) return [];
    if (!event.ok) return performedLines(this.look, operation, event, []);
    if (operation.saves && this.#known) this.#known = learn(this.#known, operation.saves, event.value);
    this.#stage.operations++;
    this.#stage.changes += event.changes.length;
    this.#stage.nanoseconds += event.nanoseconds;
    return performedLines(this.look, operation, event, event.changes);
  }

  #last(result: EventOf<'session-ended'>['result']): readonly string[] {
    const { name, init } = this.#known ?? {};
    if (result === 'kept' && !init) return ['Kept: what exists so far stays. `tsstep clean` takes it back.'];
    if (result === 'kept')
      return [`Kept: init waits in its namespaces. \`tsstep rm -f ${name}\` takes everything back.`];
    if (result === 'created')
      return [`Created: \`tsstep start ${name}\` starts it, \`tsstep rm ${name}\` removes it.`];
    if (result === 'exited' && this.#stays)
      return wrap(
        `Ended, and still in \`tsstep ps -a\`: \`tsstep rm ${name}\` removes it. --rm does that at once.`,
        this.#style.width,
      );
    if (result === 'rolled-back' || result === 'failed')
      return ['Everything that was done has been taken back, last first.'];
    return [];
  }
}

function key({ stage, index }: OperationRef): string {
  return `${stage}/${index}`;
}
