/** One script for docker and tsstep: a person’s morning with containers. `{web}` is the ID that the row named web has printed. */

export interface Row {
  command: string;
  /** Keeps the ID that it prints under this name. */
  as?: string;
  /** Its output is no text. */
  codeOnly?: true;
}

const row = (command: string): Row => ({ command });
const making = (as: string, command: string): Row => ({ as, command });

export const script: readonly Row[] = [
  row('ps'),
  row('ps -a -q'),
  row('images --format {{.Repository}}:{{.Tag}}'),
  row('run --rm lab echo hi'),
  row("run --name said lab sh -c 'echo out; exit 3'"),
  row('ps'),
  row('ps -a'),
  row('ps -l -q'),
  row('logs said'),
  row('wait said'),
  row('start -a said'),
  row('start said'),
  row('wait said'),
  row('rm said'),
  row('rm said'),
  row('run --name missing lab nosuch'),
  row('run --name forbidden lab /etc/passwd'),
  row("ps -a --format '{{.Names}}: {{.Status}}'"),
  row('rm missing forbidden'),
  making('web', 'run -d --name web --label tier=front -p 18080:80 -e A=b -v data:/data lab sleep 1000'),
  row('ps'),
  row('ps --no-trunc'),
  row('ps --format \'table {{.Names}}\\t{{.Ports}}\\t{{.Mounts}}\\t{{.Label "tier"}}\''),
  row('run -d --name web lab true'),
  making('staging', 'create --name staging lab sh'),
  row('ps'),
  row('ps -a'),
  row('ps -a --filter status=created --filter status=paused'),
  row('ps -a --filter name=^/?w --filter label=tier'),
  row('ps -a -q --filter before=staging'),
  row('ps -a --filter ancestor=lab --format {{.Names}}'),
  row('ps --filter publish=18080 --format {{.Names}}'),
  row('ps --filter volume=data --filter network=bridge --format {{.Names}}'),
  row('ps -n 1 --format {{.Names}}'),
  row('ps --filter nonsense=1'),
  row('inspect -f {{.State.Status}} web staging'),
  row("inspect -f '{{range $p, $c := .NetworkSettings.Ports}}{{$p}}={{(index $c 0).HostPort}}{{end}}' web"),
  row(
    'inspect -f \'{{index .Config.Labels "tier"}} {{json .HostConfig.RestartPolicy}} {{.Config.Cmd}}\' web',
  ),
  row("inspect -f '{{.Config.OnBuild}} {{.HostConfig.PidsLimit}} {{.State.Health}} {{len .Mounts}}' web"),
  row('inspect -f {{.Nonsense}} web'),
  row('inspect -f {{.Name web'),
  row('inspect nobody'),
  row('inspect --type image web'),
  row('exec web echo inside'),
  row("exec -e B=c -w /tmp -u 1000 web sh -c 'echo $B; pwd; id -u; exit 4'"),
  row('exec staging true'),
  row('exec nobody true'),
  row('top web'),
  row('port web'),
  row('port web 80'),
  row('port web 81'),
  row('pause web'),
  row('ps'),
  row('exec web true'),
  row('pause web'),
  row('unpause web'),
  row('unpause web'),
  row('rename web front'),
  row('ps --format {{.Names}}'),
  row('rename front web'),
  row('rename web staging'),
  row('update --memory 64m --memory-swap 64m web'),
  row('inspect -f {{.HostConfig.Memory}} web'),
  row("exec web sh -c 'echo new >/made; rm /etc/motd'"),
  { command: 'cp web:/made -', codeOnly: true },
  row('cp web:/none /tmp'),
  row('stop -t 0 web'),
  row('ps'),
  row('ps -a'),
  row("inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.Running}} {{.State.Pid}}' web"),
  row('stop web'),
  row('kill web'),
  row('exec web true'),
  row('start {web:8}'),
  row('stop -t 0 {web}'),
  row('start web'),
  row('stop -t 0 {web:12}'),
  row('restart -t 0 web'),
  row('kill -s NONSENSE web'),
  row('rm web'),
  row('kill web'),
  row('wait web'),
  row('logs web'),
  row('start nobody'),
  row('stop nobody'),
  row('logs nobody'),
  row('rm -f nobody'),
  row('rm -f web staging'),
  row('volume create more'),
  row('volume ls'),
  row('volume ls -q'),
  row('volume rm more data'),
  row('volume rm more'),
  row('network create own'),
  row('network ls'),
  row('run --rm --network own lab true'),
  row('network rm own'),
  row('network rm own'),
  row('container ls -a'),
  row('container prune -f'),
  row('ps -a'),
];

/** Shell words; quotes of either kind, no escapes. */
export const wordsOf = (command: string, ids: ReadonlyMap<string, string>): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = '']) =>
    (quoted ?? plain).replace(/\{(\w+)(?::(\d+))?\}(?!\})/g, (all, name: string, length?: string) =>
      ids.has(name) ? (ids.get(name) ?? '').slice(0, Number(length ?? 64)) : all,
    ),
  );

/** Without what no two runs share. Columns become as wide as they need. */
export const common = (text: string): string =>
  text
    .replace(/\/tmp\/tsstep-test-\w+\/(root|dockerd-\d\/(data|exec))\b/g, '<root>')
    .replace(/\b[0-9a-f]{64}\b/g, '<id>')
    .replace(/\b[0-9a-f]{12}\b|\b[0-9a-f]{8}\b/g, '<short id>')
    .replace(/(Less than a second|About a minute|\b\d+ (second|minute)s?)( ago)?/g, '<time>$3')
    .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+(Z| \+0000 UTC)/g, '<date>')
    .replace(/\b(?!127\.|0\.0\.0\.0)\d+(\.\d+){3}\b/g, '<address>')
    .replace(/\b02:42(:[0-9a-f]{2}){4}\b/g, '<mac>')
    .replace(/^(root +)\d+ +\d+( +\d+ +)\d\d:\d\d /gm, '$1<pid> <parent>$2<start> ')
    .replace(/ {2,}/g, '  ');
