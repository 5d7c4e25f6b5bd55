import { describe, expect, it } from 'vitest';
import { fileProblems } from './file-rules.ts';

describe('fileProblems', () => {
  it.each([
    ['packages/core/src/errors.ts', 300],
    ['packages/core/src/errors.test.ts', 300],
    ['packages/sqlite/test/writer.ts', 300],
    ['packages/core/README.md', 250],
    ['CONTRIBUTING.md', 120],
    ['examples/demo/page.css', 300],
  ])('allows %s to have %i lines, but not one more', (path, limit) => {
    expect(fileProblems(path, limit)).toEqual([]);
    expect(fileProblems(path, limit + 1)).toHaveLength(1);
  });

  it.each([
    'src/utils.ts',
    'src/helpers/a.ts',
    'src/helper.test.ts',
    'common/a.ts',
    'shared.ts',
    'misc/a.ts',
    'util.ts',
  ])('refuses the name of %s', (path) => {
    expect(fileProblems(path, 1)).toHaveLength(1);
  });

  it('allows a vague word inside a longer name', () => {
    expect(fileProblems('src/shared-lock.ts', 1)).toEqual([]);
  });
});
