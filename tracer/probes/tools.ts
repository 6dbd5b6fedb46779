import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/**
 * A tool that stays where it was started and is asked again and again, a line for each question: to start one takes Node longer than
 * it takes the kernel to answer. The end of its input ends it, so it never outlives tsstep.
 */
export class LastingTool {
  readonly #child: ChildProcessWithoutNullStreams;
  #answers = '';
  #complaints = '';
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(argv: readonly string[]) {
    const [file = '', ...rest] = argv;
    this.#child = spawn(file, rest, { stdio: 'pipe' });
    const { stdin, stdout, stderr } = this.#child;
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#answers += text;
      this.#wake();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    // One that is not installed is reported by `doctor`, and one whose namespace has gone has nothing to say.
    this.#child.on('error', end).on('close', end);
    stdin.on('error', () => undefined);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * To be asked one thing at a time. @param refused how it says, in a line on stderr, that there is no answer to a question
   * @returns a line for each question that it could answer
   */
  async ask(questions: readonly string[], refused?: RegExp): Promise<string[]> {
    this.#answers = '';
    this.#complaints = '';
    this.#child.stdin.write(`${questions.join('\n')}\n`);
    while (!this.#ended && this.#answered(refused) < questions.length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#answers.split('\n').slice(0, -1);
  }

  close(): void {
    this.#child.stdin.end();
  }

  #answered(refused: RegExp | undefined): number {
    return count(this.#answers, /\n/g) + (refused ? count(this.#complaints, refused) : 0);
  }
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** The tools that an observer keeps, by what they are asked about. */
export class Tools {
  readonly #running = new Map<string, LastingTool>();

  /** The tool of this name, started unless it is there. */
  use(name: string, argv: readonly string[]): LastingTool {
    const known = this.#running.get(name);
    if (known && !known.ended) return known;
    const started = new LastingTool(argv);
    this.#running.set(name, started);
    return started;
  }

  end(name: string): void {
    this.#running.get(name)?.close();
    this.#running.delete(name);
  }

  close(): void {
    for (const name of this.#running.keys()) this.end(name);
  }
}
