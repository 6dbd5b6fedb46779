/** The script's lines for what tsstep does on the host. */
import { imageOf } from '../../../core/known.ts';
import type { HostAction, OperationOf, ShareStep } from '../../../core/operation.ts';
import { writeInitProgram } from './head.ts';
import { ownRules } from './own.ts';
import { type Lines, note } from './user.ts';
import { hereDocument } from './words.ts';
import type { Writer } from './writer.ts';

const peerVariable = (option = '--container'): string =>
  `PEER_${option === '--network' ? 'NET' : option.slice(2).toUpperCase()}`;

function command({ argv, stdin }: { argv: readonly string[]; stdin?: string }, writer: Writer): string[] {
  const line = writer.words.words(argv);
  return stdin === undefined ? [line] : hereDocument(line, ownRules(stdin, writer.id));
}

function sharing(step: ShareStep, writer: Writer): string[] {
  if (step.kind === 'command') return command(step, writer);
  const path = writer.word(step.path);
  if (step.kind === 'mkdir') return [`mkdir -p ${path}`];
  const write = `echo ${writer.word(step.data)} > ${path}`;
  if (!step.save) return [write];
  const before = writer.variable('BEFORE');
  const files = [step.path, ...(step.disturbs ?? [])].join(' ');
  // The variable is read when the undo is, at the script's end: first the setting, then what it changes along with it.
  return [
    `${before}=$(for file in ${files}; do echo "$file $(cat "$file")"; done)`,
    `undo 'echo "$${before}" | while read -r file value; do echo "$value" > "$file"; done'`,
    write,
  ];
}

/** A shell that is as small as /bin/sh mostly is has no words for descriptors above 9. */
const onlyOurs = [
  '# Of what is open here, init gets 0 to 4 only.',
  "only='for fd in /proc/self/fd/*; do",
  '  fd=$(basename "$fd")',
  '  [ "$fd" -le 4 ] || eval "exec $fd>&-"',
  'done',
  'exec "$@"\'',
];

function spawn({ pid }: OperationOf<'spawn-init'>, { spec }: Writer): string[] {
  const wrapper =
    typeof pid === 'object'
      ? 'nsenter --pid="/proc/$PEER_PID/ns/pid"'
      : `unshare${pid === 'new' ? ' --pid' : ''} --fork --kill-child`;
  const start = `bash -c "$only" sh ${wrapper} sh "$LOOP" \\`;
  const protocol = '  3<"$CONTAINER/commands" 4>"$CONTAINER/replies"';
  const pipes = [
    '# Pipes for its output, so that it gets hold of nothing of yours.',
    'mkfifo "$CONTAINER/stdout" "$CONTAINER/stderr"',
    'cat "$CONTAINER/stdout" &',
    'cat "$CONTAINER/stderr" >&2 &',
    ...(spec.interactive
      ? ['mkfifo "$CONTAINER/stdin"', 'cat <&5 > "$CONTAINER/stdin" 5<&- &', 'FEEDER=$!']
      : []),
  ];
  const stdio = spec.tty
    ? '<&5 5<&- &'
    : `<${spec.interactive ? '"$CONTAINER/stdin"' : '/dev/null'} >"$CONTAINER/stdout" 2>"$CONTAINER/stderr" 5<&- &`;
  return [
    ...writeInitProgram,
    'mkfifo "$CONTAINER/commands" "$CONTAINER/replies"',
    ...(spec.tty ? ['# -t: no standard tool makes a terminal in there; the command gets yours.'] : pipes),
    ...onlyOurs,
    start,
    `${protocol} \\`,
    `  ${stdio}`,
    'CHILD=$!',
    'exec 3> "$CONTAINER/commands" 4< "$CONTAINER/replies"',
    'read -r INIT <&4 || fail 125 "init did not start"',
  ];
}

export const onHost: { [K in HostAction['kind']]: Lines<K> } = {
  getrandom: ({ bytes }, writer) => [
    `# od -An -N${bytes} -tx1 /dev/urandom | tr -d ' \\n' (drawn when this script was written)`,
    `ID=${writer.id}`,
  ],
  'choose-name': (_, { known }) => [`NAME=${known.name}`],
  clock: () => ['CREATED=$(date --utc --iso-8601=ns)'],
  'resolve-image': (_, writer) => layersThere(writer),
  'registry-ping': () => pulled(),
  'registry-token': () => pulled(),
  'fetch-manifest': () => pulled(),
  'fetch-config': () => pulled(),
  'fetch-layer': () => pulled(),
  'record-image': () => pulled(),
  'build-lab': () => note('see above: tsstep run --rm lab true builds it'),
  'unpack-layer': () => note('see above: tsstep run --rm IMAGE true unpacks it'),
  'find-container': ({ reference, option }, writer) => [
    `${peerVariable(option)}=$(tsstep inspect --format '{{.State.Pid}}' ${writer.word(reference)})`,
  ],
  'find-mounts': () => note('looked up when this script was written'),
  'find-missing': ({ path, required }, writer) =>
    required
      ? [`[ -e ${writer.word(path)} ] || fail 125 --mount: the host has no ${writer.word(path)}`]
      : note('looked up when this script was written'),
  'create-volume': ({ path }, writer) => [
    `mkdir -p ${writer.word(`${path}/_data`)}`,
    `[ "$(cat ${writer.word(`${path}/users`)} 2>/dev/null | wc -l)" -ge 2 ] || echo "$ID" >> ${writer.word(`${path}/users`)}`,
  ],
  'copy-up': ({ root, target, to }, writer) => [
    `mkdir -p ${writer.at(root, target)}`,
    `[ -n "$(ls -A ${writer.word(to)})" ] || cp -a --no-target-directory ${writer.at(root, target)} ${writer.word(to)}`,
  ],
  'spawn-init': spawn,
  command,
  share: ({ make }, writer) => make.flatMap((step) => sharing(step, writer)),
  'find-network': () => note('looked up when this script was written'),
  // The network's other containers are tsstep's, and know nothing of this one.
  'join-names': () => note('not done: the script’s network is its own, and nobody else is in it'),
  'take-back': () => [],
  lease: (_, { known }) => [
    `SUBNET=${known.lease?.subnet}`,
    'if ip route show table all | grep -qF "$SUBNET"; then fail 125 "$SUBNET is in use now: write the script anew"; fi',
  ],
  listen: ({ protocol, saves }, { known }) => {
    const port = known.ports?.[saves?.slice('ports.'.length) ?? ''];
    return [
      `[ -z "$(ss -Hln${protocol === 'udp' ? 'u' : 't'} 'sport = :${port}')" ] || fail 125 'port ${port} is taken'`,
    ];
  },
  'device-filter': () => note('not done: the filter is an eBPF program, and no standard tool writes one'),
  openpt: () => note('not done: see -t above'),
};

const pulled = () => note('see above: tsstep pull gets it');

function layersThere(writer: Writer): string[] {
  const image = imageOf(writer.known);
  const name = writer.word(writer.spec.image);
  return [
    `for layer in ${(image?.layers ?? []).map(({ link }) => writer.word(link)).join(' ')}; do`,
    `  [ -d "$ROOT/layers/l/$layer" ] || fail 125 "a layer is not unpacked in $ROOT: first" TSSTEP_ROOT="$ROOT" tsstep run --rm ${name} true`,
    'done',
  ];
}
