import { describe, expect, it } from 'vitest';
import { narrowedPeers } from './peer-ranges.ts';

const driver = (version: string, range: string) => ({
  name: '@store/file',
  version,
  peerDependencies: { '@store/core': range },
});

describe('narrowedPeers', () => {
  it('accepts an unchanged range and a widened one', () => {
    expect(narrowedPeers(driver('1.0.0', '^1.0.0'), driver('1.0.1', '^1.0.0'))).toEqual([]);
    expect(narrowedPeers(driver('1.0.0', '^1.0.0'), driver('1.1.0', '^1.0.0 || ^2.0.0'))).toEqual([]);
  });

  it.each([
    ['1.0.1', '^1.1.0'],
    ['1.1.0', '^2.0.0'],
  ])('reports that %s narrows the range to %s', (version, range) => {
    expect(narrowedPeers(driver('1.0.0', '^1.0.0'), driver(version, range))).toHaveLength(1);
  });

  it('allows a major release to follow a new major of core', () => {
    expect(narrowedPeers(driver('1.0.0', '^1.0.0'), driver('2.0.0', '^2.0.0'))).toEqual([]);
  });
});
