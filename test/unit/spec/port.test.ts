import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePorts } from '../../../core/spec/port.ts';
import { refusal } from './parse.ts';

const mapping = (hostPort: number, containerPort: number, protocol = 'tcp', ip = '0.0.0.0') => ({
  ip,
  hostPort,
  containerPort,
  protocol,
});

describe('a published port', () => {
  test.each([
    ['80', [mapping(0, 80)]],
    [':80', [mapping(0, 80)]],
    ['0:80', [mapping(0, 80)]],
    ['::80', [mapping(0, 80)]],
    ['8080:80', [mapping(8080, 80)]],
    ['08080:80', [mapping(8080, 80)]],
    ['8080:80/', [mapping(8080, 80)]],
    ['8080:80/UDP', [mapping(8080, 80, 'udp')]],
    ['127.0.0.1::53/udp', [mapping(0, 53, 'udp', '127.0.0.1')]],
    ['127.0.0.1:8080:80', [mapping(8080, 80, 'tcp', '127.0.0.1')]],
    ['80-81', [mapping(0, 80), mapping(0, 81)]],
    ['8000-8001:80-81', [mapping(8000, 80), mapping(8001, 81)]],
    ['65535:65535', [mapping(65535, 65535)]],
  ])('%s is understood', (text, expected) => {
    expect(parsePorts([text])).toEqual(expected);
  });

  test.each([
    ['', /"" is not a container port/],
    [':', /not a container port/],
    ['80:', /not a container port/],
    ['a:80', /"a" is not a host port/],
    ['-1:80', /"-1" is not a host port/],
    ['+8:80', /not a host port/],
    ['80:0', /between 1 and 65535/],
    ['70000:80', /host port 70000 is out of range/],
    ['80:70000', /container port 70000 is out of range/],
    ['8010-8000:80', /backwards/],
    ['8000-8002:80-81', /differ in length/],
    ['8000-8010:80', /differ in length/],
    ['0-1:80-81', /starts at 1/],
    ['80/xyz', /tcp and udp, not "xyz"/],
    ['80/sctp', /tcp and udp/],
    ['1.2.3:80:80', /"1.2.3" is not an IPv4 address/],
    ['localhost:80:80', /not an IPv4 address/],
    ['[::1]:80:80', /IPv4 addresses only/],
    ['fe80::1:80:80', /IPv4 addresses only/],
  ])('%j is refused', (text, why) => {
    expect(refusal({ publish: [text] })).toMatchObject({ what: `--publish ${JSON.stringify(text)}` });
    expect(refusal({ publish: [text] }).why).toMatch(why);
  });

  test.each([
    [['80:80', '80:80'], 'the very same'],
    [['80:80', '80:81'], 'another container port'],
    [['80:80', '127.0.0.1:80:81'], 'an address that the wildcard covers'],
    [['80-90:80-90', '85:85'], 'one inside a range'],
  ])('%j is refused: a host port asked for twice by %s', (publish) => {
    expect(refusal({ publish }).why).toMatch(/is asked for twice/);
  });

  test.each([
    [['80:80', '81:80'], 'one container port on two host ports'],
    [['80:80', '80:80/udp'], 'another protocol'],
    [['127.0.0.1:80:80', '127.0.0.2:80:80'], 'another address'],
    [['80', '81'], 'free ports'],
  ])('%j is accepted: %s', (publish) => {
    expect(parsePorts(publish)).toHaveLength(2);
  });

  test('range becomes as many mappings, in order and side by side', () => {
    const ports = fc.record({
      host: fc.integer({ min: 1, max: 60000 }),
      container: fc.integer({ min: 1, max: 60000 }),
    });
    fc.assert(
      fc.property(ports, fc.nat(200), ({ host, container }, more) => {
        const mappings = parsePorts([`${host}-${host + more}:${container}-${container + more}`]);
        expect(mappings).toEqual(
          Array.from({ length: more + 1 }, (_, i) => mapping(host + i, container + i)),
        );
        expect(parsePorts(mappings.map((one) => `${one.hostPort}:${one.containerPort}`))).toEqual(mappings);
      }),
    );
  });
});
