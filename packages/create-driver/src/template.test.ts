import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { driverManifest } from './driver-manifest.ts';
import { versions } from './versions.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = (path: string) => JSON.parse(read(path));

describe('the template', () => {
  it.each([
    ['memory-driver.ts', 'src/memory-driver.ts'],
    ['conformance.ts', 'conformance.ts'],
    ['memory-driver.test.ts', 'conformance.test.ts'],
  ])('contains the %s of examples/memory-driver word for word', (example, copy) => {
    const from = `examples/memory-driver/${example}`;
    const to = `packages/create-driver/template/${copy}`;
    expect(read(to), `cp ${from} ${to}`).toBe(read(from));
  });

  it('has the tsconfig.json that the guide shows', () => {
    const config = read('packages/create-driver/template/tsconfig.json');
    expect(read('docs/writing-a-driver.md')).toContain(`\`\`\`json\n${config}\`\`\``);
  });

  it('uses the same GitHub actions as this repository', () => {
    const actions = (path: string) => [...read(path).matchAll(/uses: (.+)$/gm)].map(([, action]) => action);
    const used = actions('packages/create-driver/template/_github/workflows/ci.yml');
    expect(used.length).toBeGreaterThan(0);
    expect(actions('.github/workflows/ci.yml')).toEqual(expect.arrayContaining(used));
  });

  it('has the license of this repository, with a different copyright line', () => {
    const terms = (path: string) => read(path).replace(/^Copyright .*$/m, '');
    expect(terms('packages/create-driver/template/LICENSE')).toBe(terms('LICENSE'));
  });

  it('configures Changesets as this repository does', () => {
    expect(manifest('.changeset/config.json')).toMatchObject(
      manifest('packages/create-driver/template/_changeset/config.json'),
    );
  });
});

describe('versions', () => {
  it.each(['core', 'conformance'] as const)('accept the @store/%s of this workspace', (name) => {
    const { version } = manifest(`packages/${name}/package.json`);
    expect(semver.satisfies(version, versions[`@store/${name}`]), version).toBe(true);
  });

  it('match the versions that this workspace is tested with, for everything else', () => {
    const { devDependencies: tested } = manifest('package.json');
    const { '@store/core': _, '@store/conformance': __, ...others } = versions;
    for (const [name, range] of Object.entries(others)) {
      expect(semver.minVersion(range)?.version, name).toBe(semver.minVersion(tested[name])?.version);
    }
  });

  it('require the same Node versions as every package here', () => {
    const made = JSON.parse(driverManifest({ name: 'my-driver', runner: 'vitest' }));
    expect(made.engines).toEqual(manifest('packages/core/package.json').engines);
  });

  it('are the only ones in a driver’s manifest', () => {
    const made = JSON.parse(driverManifest({ name: 'my-driver', runner: 'vitest' }));
    expect(made.devDependencies).toEqual(versions);
    expect(made.peerDependencies).toEqual({ '@store/core': versions['@store/core'] });
    expect(globSync('**/package.json', { cwd: join(import.meta.dirname, '../template') })).toEqual([]);
  });
});
