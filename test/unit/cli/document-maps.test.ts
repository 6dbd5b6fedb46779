/** What is a map in docker's structures is one in ours: docker's most quoted templates go over them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { thisProcess } from '../../../core/kernel/proc.ts';
import type { Endpoint } from '../../../core/network/endpoint-state.ts';
import type { Network } from '../../../core/network/network.ts';
import { containerFiles } from '../../../core/paths.ts';
import { type Container, writeConfig, writeState } from '../../../core/store/containers.ts';
import { eventFields } from '../../../stepper/cli/events/text.ts';
import { imageDocument } from '../../../stepper/cli/image/document.ts';
import { configOf } from '../../../stepper/cli/inspect/config.ts';
import { networkSettingsOf } from '../../../stepper/cli/inspect/network.ts';
import { networkDocument } from '../../../stepper/cli/network/document.ts';
import { render } from '../../../stepper/cli/template/render.ts';

const root = mkdtempSync(join(tmpdir(), 'tsstep-maps-'));
afterAll(() => rmSync(root, { recursive: true }));

const id = 'c'.repeat(64);
const endpoint = {
  networkId: 'f'.repeat(64),
  endpointId: 'e',
  address: '10.9.0.2',
  prefix: 24,
  gateway: '10.9.0.1',
  mac: '02:42',
  index: 0,
  aliases: [],
} as unknown as Endpoint;
const web = {
  config: {
    id,
    name: 'web',
    created: '',
    argv: ['sh'],
    env: {},
    labels: { tier: 'front' },
    mounts: [],
    exposedPorts: ['7000/tcp', '80/tcp'],
    spec: {
      image: 'lab',
      network: { network: 'own' },
      env: [],
      publish: [{ ip: '0.0.0.0', hostPort: 0, containerPort: 80, protocol: 'tcp' }],
    },
  },
  state: {
    status: 'running',
    supervisor: thisProcess(),
    networks: { own: endpoint },
    ports: { '0.0.0.0:80/tcp': 49153 },
  },
} as unknown as Container;

const network = (networkId: string): Network => ({
  id: networkId,
  name: 'own',
  created: '',
  driver: 'bridge',
  configured: false,
  internal: false,
  labels: { team: 'a' },
  options: {},
});
const places = { root, run: join(root, 'run') } as Parameters<typeof networkDocument>[0];

describe('range goes over what is a map with docker:', () => {
  it('the networks and ports of a container that runs', () => {
    const data = { NetworkSettings: networkSettingsOf(web, undefined, 1) };
    expect(render('{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', data)).toBe('10.9.0.2');
    expect(render('{{range $k, $v := .NetworkSettings.Networks}}{{$k}}={{$v.Gateway}}{{end}}', data)).toBe(
      'own=10.9.0.1',
    );
    const ports =
      '{{range $p, $c := .NetworkSettings.Ports}}{{$p}}>{{with $c}}{{(index . 0).HostPort}}{{end}} {{end}}';
    expect(render(ports, data)).toBe('7000/tcp> 80/tcp>49153 ');
    expect(render('{{json (index .NetworkSettings.Ports "7000/tcp")}}', data)).toBe('null');
  });

  it('those of one that does not run, which has none', () => {
    const data = { NetworkSettings: networkSettingsOf(web, undefined, 0) };
    expect(render('{{range $p, $c := .NetworkSettings.Ports}}{{$p}}{{else}}none{{end}}', data)).toBe('none');
    expect(render('{{range .NetworkSettings.Networks}}({{.IPAddress}}){{end}}', data)).toBe('()');
  });

  it('what its image and its flags say', () => {
    const none = { ...web.config, exposedPorts: [] };
    expect(render('{{range $p, $s := .ExposedPorts}}{{$p}} {{end}}', configOf(web.config, undefined))).toBe(
      '7000/tcp 80/tcp ',
    );
    expect(render('{{.ExposedPorts}} {{len .ExposedPorts}}', configOf(none, undefined))).toBe('map[] 0');
    expect(JSON.stringify(configOf(none, undefined))).not.toContain('ExposedPorts');
  });

  it('the containers, labels and options of a network', () => {
    mkdirSync(containerFiles(root, id).directory, { recursive: true });
    writeConfig(root, web.config);
    writeState(root, id, web.state);
    const own = networkDocument(places, network('f'.repeat(64)));
    expect(render('{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}', own)).toBe('web 10.9.0.2/24');
    expect(render('{{range $k, $v := .Labels}}{{$k}}{{$v}}{{end}} {{.Options}}', own)).toBe('teama map[]');
    const other = networkDocument(places, network('d'.repeat(64)));
    expect(render('{{range .Containers}}{{.Name}}{{else}}none{{end}}', other)).toBe('none');
  });

  it('the attributes of an event', () => {
    const fields = eventFields({
      time: 1n,
      type: 'container',
      action: 'start',
      id,
      attributes: { name: 'ev', image: 'lab', a: 'b' },
    });
    expect(render('{{.Actor.Attributes}}', fields)).toBe('map[a:b image:lab name:ev]');
    expect(render('{{range $k, $v := .Actor.Attributes}}{{$k}} {{end}}', fields)).toBe('a image name ');
  });

  it('the labels, volumes and ports of an image, which JSON leaves out where it has none', () => {
    const image = (config: object) =>
      imageDocument(root, {
        id,
        entries: [],
        documents: {
          config: { rootfs: { type: 'layers', diff_ids: [] }, config },
          manifest: { layers: [] },
        },
      } as unknown as Parameters<typeof imageDocument>[1]);
    const full = image({ Labels: { l: 'x' }, Volumes: { '/v': {} }, ExposedPorts: { '80/tcp': {} } });
    expect(
      render(
        '{{.Config.Labels}}{{range $k, $v := .Config.Volumes}}{{$k}}{{end}}{{range $k, $v := .Config.ExposedPorts}}{{$k}}{{end}}',
        full,
      ),
    ).toBe('map[l:x]/v80/tcp');
    expect(render('{{.Config.Labels}} {{.Config.ExposedPorts}}', image({}))).toBe('map[] map[]');
    expect(JSON.stringify(image({}))).not.toContain('ExposedPorts');
  });
});
