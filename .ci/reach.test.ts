import { describe, expect, it } from 'vitest';
import { reachOf, reachProblem } from './reach.ts';

const reach = { files: 3, calls: 10, packages: new Map([['core', { files: 3, calls: 10 }]]) };

describe('the reach of an operation', () => {
  it('is a problem when it goes through more files or calls than allowed', () => {
    expect(reachProblem('load', reach, { files: 3, calls: 10 })).toBeUndefined();
    expect(reachProblem('load', reach, { files: 2, calls: 10 })).toMatch(
      /load goes through 3 files and 10 calls/,
    );
    expect(reachProblem('load', reach, { files: 3, calls: 9 })).toMatch(/at most 3 and 9/);
  });

  it('counts what runs in packages, and nothing else', async () => {
    const counted = await reachOf(async () => JSON.stringify({}));
    expect(counted).toMatchObject({ files: 0, calls: 0 });
  });
});
