import { describe, expect, it } from 'vitest';
import { packedProblems } from './packed-rules.ts';

const manifest = { name: '@store/file', version: '1.0.0', exports: { '.': './dist/index.js' } };
const files = [
  'package.json',
  'README.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.js.map',
  'dist/index.d.ts',
];

describe('packedProblems', () => {
  it('accepts a correct tarball', () => {
    expect(packedProblems(manifest, files)).toEqual([]);
    expect(packedProblems(manifest, [...files, 'CHANGELOG.md'])).toEqual([]);
  });

  it('ignores the files of a template', () => {
    const inside = [...files, 'template/src/memory-driver.ts', 'template/conformance.test.ts'];
    expect(packedProblems({ ...manifest, files: ['dist', 'template'] }, inside)).toEqual([]);
    expect(packedProblems({ ...manifest, files: ['dist'] }, inside)).toHaveLength(2);
  });

  it('reports a workspace range that was not replaced', () => {
    const linked = { ...manifest, devDependencies: { '@store/core': 'workspace:*' } };
    expect(packedProblems(linked, files)).toHaveLength(1);
  });

  it('reports exports that point into src', () => {
    expect(packedProblems({ ...manifest, exports: { '.': './src/index.ts' } }, files)).toHaveLength(1);
  });

  it.each(files.filter((name) => !name.endsWith('.map')))('reports a tarball without %s', (name) => {
    const rest = files.filter((file) => file !== name);
    expect(packedProblems(manifest, rest)).toEqual([`${name} is missing`]);
  });

  it.each(['src/index.ts', 'dist/index.test.js', 'tsconfig.json', 'dist/tsconfig.tsbuildinfo'])(
    'reports %s inside it',
    (name) => {
      expect(packedProblems(manifest, [...files, name])).toEqual([`${name} has no place in it`]);
    },
  );
});
