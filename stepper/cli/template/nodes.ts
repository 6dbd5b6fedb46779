/** A template that has been read. */
export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'print'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; body: readonly Node[]; otherwise: readonly Node[] };

/** `$a, $b := command | command`: each command gets what the one before made as its last argument. */
export interface Pipe {
  /** Names of variables, with their `$`. */
  variables: readonly string[];
  /** `=` instead of `:=`: they are there already. */
  assigns: boolean;
  commands: readonly (readonly Operand[])[];
}

export type Operand =
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'function'; name: string }
  /** `.State.Pid`, `$container.Id`, `(index .Mounts 0).Source`. `source`: as it was written. */
  | { kind: 'path'; base: '.' | Pipe | { variable: string }; names: readonly string[]; source: string };
