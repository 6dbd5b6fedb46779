/** What docker’s documentation does with --format, and what a real docker 20.10 answered. */
import { describe, expect, it } from 'vitest';
import type { TsstepError } from '../../../core/errors.ts';
import { goList, goMap, nil, omitted } from '../../../stepper/cli/template/go-values.ts';
import { render } from '../../../stepper/cli/template/render.ts';

const bindings = (port: string) => goList([{ HostIp: '', HostPort: port }]);

const web = {
  Id: 'd182',
  Name: '/web',
  Args: ['1000', 'x'],
  State: { Pid: 7, Running: true, ExitCode: 0, Health: omitted },
  Config: {
    Env: goList<string>(null),
    Cmd: ['sh', '-c'],
    Labels: goMap({ 'a.b': 'c', 'com.docker/x': 'y' }),
    Volumes: goMap(null),
  },
  HostConfig: {
    PidsLimit: nil,
    Memory: 67108864,
    RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
  },
  Mounts: [
    { Source: '/data', Destination: '/d', RW: true },
    { Source: '/etc', Destination: '/e', RW: false },
  ],
  NetworkSettings: {
    Ports: goMap({ '8787/tcp': bindings('49153'), '80/tcp': null }),
    Networks: goMap({ bridge: { IPAddress: '172.17.0.2', MacAddress: '02:42' } }),
  },
};

const answers = (rows: readonly (readonly [string, string])[], data: unknown = web) =>
  it.each(rows.map(([template, text]) => ({ template, text })))('$template', ({ template, text }) => {
    expect(render(template, data)).toBe(text);
  });

describe('docker’s examples:', () => {
  answers([
    ['{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', '172.17.0.2'],
    ['{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}', '02:42'],
    [
      '{{range $p, $conf := .NetworkSettings.Ports}} {{$p}} -> {{with $conf}}{{(index . 0).HostPort}}{{else}}none{{end}} {{end}}',
      ' 80/tcp -> none  8787/tcp -> 49153 ',
    ],
    ['{{(index (index .NetworkSettings.Ports "8787/tcp") 0).HostPort}}', '49153'],
    ['{{json .HostConfig.RestartPolicy}}', '{"Name":"on-failure","MaximumRetryCount":3}'],
    ['{{join .Args " , "}}', '1000 , x'],
    ['{{lower .Name}} {{upper .Name}} {{title "ab cd"}}', '/web /WEB Ab Cd'],
    ['{{split "a:b" ":"}}', '[a b]'],
    ['{{range .Mounts}}{{println .Destination}}{{end}}', '/d\n/e\n'],
    ['{{range .Mounts}}{{.Source}}{{"\\n"}}{{end}}', '/data\n/etc\n'],
    ['{{.Id}}\\t{{.Name}}', 'd182\\t/web'],
  ]);
});

describe('a branch', () => {
  answers([
    ['{{if .State.Running}}up{{else}}down{{end}}', 'up'],
    ['{{if eq .State.ExitCode 1 2}}a{{else if eq .State.ExitCode 0}}b{{else}}c{{end}}', 'b'],
    ['{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}', 'none'],
    ['{{if and .State.Running (not .Config.Env) (gt .State.Pid 1)}}yes{{end}}', 'yes'],
    ['{{with .Config.Env}}some{{else}}none{{end}}', 'none'],
    ['{{with .State}}{{.Pid}} of {{$.Name}}{{end}}', '7 of /web'],
    ['{{range .Config.Env}}{{.}}{{else}}empty{{end}}', 'empty'],
    ['{{range $i, $m := .Mounts}}{{if $i}}, {{end}}{{$m.Source}}{{end}}', '/data, /etc'],
    ['{{range $k, $v := .Config.Labels}}{{$k}}={{$v}} {{end}}', 'a.b=c com.docker/x=y '],
    ['{{$n := 0}}{{range .Mounts}}{{if .RW}}{{$n = .Source}}{{end}}{{end}}{{$n}}', '/data'],
    [
      '{{or .Config.Env .Name}} {{and .Name .Id}} {{ne 1 2}} {{le 1 1}} {{ge 1 2}} {{lt "a" "b"}}',
      '/web d182 true true false true',
    ],
  ]);
});

describe('a value prints as Go prints it:', () => {
  answers([
    ['{{.State}}', '{7 true 0 <nil>}'],
    ['{{.Config.Labels}} {{.Config.Cmd}}', 'map[a.b:c com.docker/x:y] [sh -c]'],
    ['{{.Config.Env}} {{.Config.Volumes}} {{.HostConfig.PidsLimit}}', '[] map[] <nil>'],
    ['{{json .Config.Env}} {{json .Config.Volumes}} {{json .HostConfig.PidsLimit}}', 'null null null'],
    ['{{json .State}}', '{"Pid":7,"Running":true,"ExitCode":0}'],
    ['{{len .Mounts}} {{len .Config.Env}} {{len .Name}}', '2 0 4'],
    ['{{index .Config.Labels "nope"}}|{{index .Args 1}}', '|x'],
    ['{{index .NetworkSettings.Ports "80/tcp"}}', '<no value>'],
    ['{{printf "%-6s|%3d|%q|%v|%%" .Name .State.Pid .Name .Config.Cmd}}', '/web  |  7|"/web"|[sh -c]|%'],
    ['{{.HostConfig.Memory | printf "%x"}}', '4000000'],
    ['{{print 1 2 "a" "b" 3}}', '1 2ab3'],
    ['{{truncate "abcdef" 3}} {{pad "x" 1 2}}|{{slice "abcdef" 1 3}}', 'abc  x  |bc'],
    ['{{ .Name | upper | printf "%s!" }}', '/WEB!'],
    ['{{"}}"}} {{`raw`}}', '}} raw'],
  ]);
});

describe('white space', () => {
  answers([
    ['a {{- /* gone */ -}} b {{- 3 -}} c', 'ab3c'],
    ['a\n  {{- .Id}}', 'ad182'],
    ['{{-3}}', '-3'],
    ['no template', 'no template'],
  ]);
});

const answerTo = (template: string): string => {
  try {
    return render(template, web);
  } catch (error) {
    const { failure } = error as TsstepError;
    return `${failure.exit}: ${failure.what}: ${failure.why}`;
  }
};

describe('a template that cannot be read ends with docker’s 64:', () => {
  it.each([
    ['{{', /unclosed action/],
    ['{{if .Name}}', /unexpected EOF/],
    ['{{end}}', /unexpected \{\{end\}\}/],
    ['{{foo .}}', /function "foo" not defined/],
    ['{{$x}}', /undefined variable "\$x"/],
    ['{{(.Name}}', /unclosed left paren/],
    ['{{.Name)}}', /unexpected "\)"/],
    ['{{.Name | }}', /missing value for command/],
    ['{{}}', /missing value for command/],
  ])('%s', (template, why) => {
    expect(answerTo(template)).toMatch(/^64: template parsing error/);
    expect(answerTo(template)).toMatch(why);
  });
});

describe('one that asks for what is not there ends with 1:', () => {
  it.each([
    ['{{.Foo}}', /map has no entry for key "Foo"/],
    ['{{.constructor}}', /map has no entry for key/],
    ['{{.Config.Labels.foo}}', /map has no entry for key "foo"/],
    ['{{.State.Pid.Foo}}', /can't evaluate field Foo/],
    ['{{.State.Health.Status}}', /nil data/],
    ['{{index .Args 5}}', /error calling index: index out of range: 5/],
    ['{{(index (index .NetworkSettings.Ports "99/tcp") 0).HostPort}}', /index of untyped nil/],
    ['{{if eq .State.Pid "a"}}{{end}}', /incompatible types for comparison/],
    ['{{range .Name}}{{end}}', /range can't iterate over/],
    ['{{.Name .Id}}', /has arguments/],
    ['{{len}}', /wrong number of args/],
  ])('%s', (template, why) => {
    expect(answerTo(template)).toMatch(/^1: template parsing error/);
    expect(answerTo(template)).toMatch(why);
  });
});
