import { fileNameOf } from './package-name.ts';
import { versions } from './versions.ts';

/**
 * The test runner of a driver.
 *
 * @example
 * import { type Runner, scaffoldDriver } from '@store/create-driver';
 *
 * const runner: Runner = 'node-test';
 * const { files } = await scaffoldDriver({ directory: './node-tested', runner });
 * console.log(files.includes('conformance.test.ts')); // true
 */
export type Runner = 'vitest' | 'node-test';

export interface DriverChoices {
  name: string;
  runner: Runner;
}

/** The package.json of a new driver, as text. */
export function driverManifest({ name, runner }: DriverChoices): string {
  const built = `./dist/${fileNameOf(name)}`;
  const { vitest, ...others } = versions;
  const manifest = {
    name,
    version: '0.0.0', // the first changeset makes it 0.1.0
    description: 'Sessions in the memory of one process: a driver for @store/core.',
    keywords: ['store-driver', 'session', 'session-store'],
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '^22.12 || ^24 || >=26' },
    files: ['dist', 'CONFORMANCE.md'],
    exports: {
      '.': { types: `${built}.d.ts`, default: `${built}.js` },
      './package.json': './package.json',
    },
    publishConfig: { access: 'public' },
    scripts: {
      test: runner === 'vitest' ? 'vitest run' : 'node --test',
      typecheck: 'tsc',
      build: 'tsc -p tsconfig.build.json',
      report: 'store-conformance conformance.ts --write CONFORMANCE.md',
      prepack: 'node --run build',
      release: 'node --run test && changeset publish',
    },
    peerDependencies: { '@store/core': versions['@store/core'] },
    devDependencies: runner === 'vitest' ? { ...others, vitest } : others,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
