import { describe, expect, it } from 'vitest';
import { manifestProblems } from './manifest-rules.ts';
import type { Manifest } from './workspace.ts';

const driver: Manifest = {
  name: '@store/sqlite',
  version: '1.0.0',
  description: 'Sessions in SQLite.',
  keywords: ['session'],
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '^22.14 || ^24 || >=26' },
  files: ['dist'],
  exports: { '.': './src/index.ts', './package.json': './package.json' },
  publishConfig: {
    access: 'public',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
  },
  scripts: { build: 'tsc -b', 'check:package': 'node ../../.ci/check-package.ts' },
  dependencies: { kysely: '^0.29.0' },
  peerDependencies: { '@store/core': '^1.0.0' },
  devDependencies: { '@store/core': 'workspace:*' },
};

const core: Manifest = {
  ...driver,
  name: '@store/core',
  engines: { node: '^22.12 || ^24 || >=26' },
  dependencies: {},
  peerDependencies: {},
  devDependencies: {},
};

const create: Manifest = {
  ...core,
  name: '@store/create-driver',
  files: ['dist', 'template'],
};

describe('manifestProblems', () => {
  it('accepts a correct driver and a correct core', () => {
    expect(manifestProblems(driver, '1.4.0')).toEqual([]);
    expect(manifestProblems(core, '1.4.0')).toEqual([]);
  });

  it('accepts create-driver, which ships without core but with its template', () => {
    expect(manifestProblems(create, '1.4.0')).toEqual([]);
  });

  const defects: [string, Partial<Manifest>, string][] = [
    ['a name outside the scope', { name: 'sqlite' }, 'scope'],
    ['a version below 1.0.0', { version: '0.9.0' }, 'below 1.0.0'],
    ['no description', { description: '' }, 'description'],
    ['no keywords', { keywords: [] }, 'keywords'],
    ['another license', { license: 'ISC' }, 'license'],
    ['CommonJS', { type: 'commonjs' }, 'type'],
    ['side effects', { sideEffects: true }, 'sideEffects'],
    ['other engines', { engines: { node: '>=20' } }, 'engines.node'],
    ['engines too old for a dependency', { engines: { node: '^22.12 || ^24 || >=26' } }, 'engines.node'],
    ['files besides dist', { files: ['dist', 'src'] }, 'files'],
    ['restricted access', { publishConfig: { ...driver.publishConfig, access: 'restricted' } }, 'access'],
    ['no package check', { scripts: { build: 'tsc -b' } }, 'scripts.check:package'],
    [
      'an entry point into dist',
      { exports: { ...driver.exports, '.': './dist/index.js' } },
      'not a file of src',
    ],
    [
      'an entry point that is not published',
      { exports: { ...driver.exports, './x': './src/x.ts' } },
      'exports "./x"',
    ],
    ['no entry for the manifest', { exports: { '.': './src/index.ts' } }, 'has no "./package.json"'],
    ['a plain dependency on core', { dependencies: { '@store/core': '^1.0.0' } }, 'depends on @store/core'],
    [
      'a dependency on another driver',
      { dependencies: { '@store/file': '^1.0.0' } },
      'depends on @store/file',
    ],
    [
      'an optional dependency on a driver',
      { optionalDependencies: { '@store/file': '*' } },
      'depends on @store/file',
    ],
    ['no peer', { peerDependencies: {} }, 'not a peer'],
    ['a workspace peer range', { peerDependencies: { '@store/core': 'workspace:^' } }, 'not written out'],
    [
      'a peer range that excludes the current core',
      { peerDependencies: { '@store/core': '^2.0.0' } },
      'outside the peer range',
    ],
    ['no link to core for development', { devDependencies: {} }, 'workspace:*'],
  ];
  it.each(defects)('reports %s', (_, change, problem) => {
    const problems = manifestProblems({ ...driver, ...change }, '1.4.0');
    expect(problems.join('\n')).toContain(problem);
  });

  it('reports an export whose types do not come first', () => {
    const entry = { default: './dist/index.js', types: './dist/index.d.ts' };
    const exports = { ...driver.publishConfig?.exports, '.': entry };
    const problems = manifestProblems({ ...driver, publishConfig: { access: 'public', exports } }, '1.4.0');
    expect(problems.join('\n')).toContain('types first');
  });

  it.each([
    ['dependencies', 'lodash'],
    ['peerDependencies', '@store/core'],
    ['optionalDependencies', 'lodash'],
  ])('reports anything in the %s of create-driver', (kind, name) => {
    const problems = manifestProblems({ ...create, [kind]: { [name]: '^1.0.0' } }, '1.4.0');
    expect(problems).toEqual([`depends on ${name}: it must come alone`]);
  });

  it('reports a create-driver that is published without its template', () => {
    expect(manifestProblems({ ...create, files: ['dist'] }, '1.4.0')).toHaveLength(1);
  });

  it('reports a core with more than one tiny dependency', () => {
    expect(manifestProblems({ ...core, dependencies: { '@noble/hashes': '^2.0.0' } }, '1.4.0')).toEqual([]);
    expect(manifestProblems({ ...core, dependencies: { lodash: '^4.0.0' } }, '1.4.0')).toHaveLength(1);
  });
});
