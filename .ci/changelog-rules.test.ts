import { describe, expect, it } from 'vitest';
import { changelogProblems } from './changelog-rules.ts';

const changelog = '# @store/file\n\n## 1.0.1\n\n### Patch Changes\n\n- Less waiting.\n\n## 1.0.0\n';

describe('changelogProblems', () => {
  it('accepts a changelog whose newest entry is for the current version', () => {
    expect(changelogProblems(changelog, '@store/file', '1.0.1')).toEqual([]);
  });

  it.each([
    ['an entry that is missing', changelog, '1.1.0'],
    ['an entry that is not the newest', changelog, '1.0.0'],
    ['another title', changelog.replace('file', 'sqlite'), '1.0.1'],
  ])('reports %s', (_, text, version) => {
    expect(changelogProblems(text, '@store/file', version)).toHaveLength(1);
  });
});
