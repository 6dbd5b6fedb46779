import { describe, expect, it } from 'vitest';
import { type Answer, imageOf, type Known, type NoAnswer } from '../../../core/known.ts';
import { parseSpec } from '../../../core/spec/parse.ts';
import { image } from '../../../core/stages/image.ts';
import { knownOf } from '../../support/fixed-host.ts';
import { pullAnswers, pullLookup } from '../../support/pull-answers.ts';

const spec = parseSpec({}, 'ubuntu', [], {});

function planned(answers: Readonly<Record<string, Answer | NoAnswer>>): string[] {
  const known: Known = { ...knownOf(), lookup: pullLookup, answers };
  return image.plan(spec, known).map(({ name }) => name);
}

describe('the plan of a pull', () => {
  it('grows with each answer, and never changes what was performed', () => {
    let before = planned({});
    expect(before).toEqual(['resolve', 'ping']);
    const answers: Record<string, Answer | NoAnswer> = {};
    for (const [name, answer] of Object.entries(pullAnswers)) {
      answers[name] = answer;
      const now = planned(answers);
      expect(now.slice(0, before.length)).toEqual(before);
      expect(now.length).toBeGreaterThan(before.length);
      before = now;
    }
    expect(before).toEqual([
      ...['resolve', 'ping', 'ping-2', 'token-2', 'manifest-2', 'platform-2', 'config-2'],
      ...['layer-2-2', 'unpack-2', 'record-2'],
    ]);
  });

  it('asks for no token where the registry wants none, and for no platform where the tag leads to a manifest', () => {
    const { 'ping-2': _, 'token-2': __, ...rest } = pullAnswers;
    const open = { ...rest, 'ping-2': { method: 'GET', url: 'http://r/v2/', status: 200 } };
    expect(planned(open)).not.toContain('token-2');
    const { chosen: ___, ...manifest } = pullAnswers['manifest-2'] as Answer;
    const config = (pullAnswers['platform-2'] as Answer).config;
    const lone = { ...pullAnswers, 'manifest-2': { ...manifest, ...(config && { config }) } };
    expect(planned(lone)).not.toContain('platform-2');
    expect(planned(lone)).toContain('config-2');
  });

  it('asks the next endpoint when a mirror lacks the image, and nobody after a registry has answered', () => {
    const mirror = { ping: { method: 'GET', url: 'http://mirror/v2/', status: 200 } };
    expect(planned({ ...mirror, manifest: { failed: 'not found' } })).toEqual([
      ...['resolve', 'ping', 'manifest', 'ping-2'],
    ]);
    const optional = image
      .plan(spec, { ...knownOf(), lookup: pullLookup, answers: pullAnswers })
      .map((operation) => ('optional' in operation ? `${operation.name} ${operation.optional}` : ''));
    expect(optional.filter(Boolean)).toEqual([
      ...['ping true', 'ping-2 false', 'token-2 false', 'manifest-2 false', 'platform-2 false'],
      ...['config-2 false', 'layer-2-2 false'],
    ]);
  });

  it('goes on with the next endpoint where a mirror breaks down in the middle of the layers', () => {
    const image = (pullAnswers['config-2'] as Answer).image;
    const mirror = Object.fromEntries(
      Object.entries(pullAnswers)
        .filter(([name]) => name !== 'ping')
        .map(([name, answer]) => [name.replace(/-2$/, ''), answer]),
    );
    const known = { ...mirror, 'layer-2': { failed: 'cut' } };
    expect(planned(known).slice(-3)).toEqual(['config', 'layer-2', 'ping-2']);
    const other = { ...known, 'config-2': { ...pullAnswers['config-2'], image: { ...image, id: 'other' } } };
    expect(imageOf({ answers: other as never })?.id).toBe('other');
  });
});
