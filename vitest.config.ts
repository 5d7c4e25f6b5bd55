import { existsSync, globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// One project per package, so that `vitest run --project @store/sqlite` runs that package alone.
const folders = globSync(['packages/*/package.json', 'examples/*/package.json', 'bench/package.json']).map(
  (path) => path.slice(0, -'/package.json'.length),
);
const setup = './test/global-setup.ts';
const projects = folders.sort().map((root) => ({
  root,
  name: (JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { name: string }).name,
  include: ['**/*.test.ts'],
}));
// What lies deeper in .ci is `test:publish`.
const ci = { root: '.ci', name: 'ci', include: ['*.test.ts'] };

export default defineConfig({
  test: {
    projects: [...projects, ci].map(({ root, name, include }) => ({
      extends: true,
      root,
      test: {
        name,
        include,
        // Files to copy into another project, where they are tests.
        exclude: ['**/node_modules/**', 'template/**'],
        // A server that a package's tests share, started once.
        ...(existsSync(`${root}/${setup}`) && { globalSetup: setup }),
      },
    })),
    maxWorkers: 2,
    retry: 0,
    allowOnly: false,
    // Only hanging tests should reach these: a loaded machine can be many times slower.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
