import semver from 'semver';
import type { Manifest } from './workspace.ts';

const core = '@store/core';
const engines = '^22.12 || ^24 || >=26';
/** better-sqlite3 13 is built for Node-API 10: before Node 22.14, the process crashes when a database is opened. */
const ownEngines = new Map([['@store/sqlite', '^22.14 || ^24 || >=26']]);
/** What a package publishes besides `dist`. A new driver is copied from the template, file by file. */
const ownFiles = new Map([['@store/create-driver', 'dist,template']]);
/** Runs before the project exists, so it has no peer dependency on core. It imports nothing: `npm create` fetches only one package. */
const alone = new Set(['@store/create-driver']);
const scripts = { build: 'tsc -b', 'check:package': 'node ../../.ci/check-package.ts' };

/**
 * Returns the problems with a published package's manifest, as text. Core is a peer dependency of every other package, `src` is
 * resolved during development, and `dist` is published.
 */
export function manifestProblems(manifest: Manifest, coreVersion: string): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => holds || problems.push(problem);

  expect(/^@store\/[a-z-]+$/.test(manifest.name), 'name is not in the @store scope');
  expect(semver.gte(manifest.version, '1.0.0'), 'version is below 1.0.0');
  expect(Boolean(manifest.description), 'description is missing');
  expect((manifest.keywords ?? []).length > 0, 'keywords are missing');
  expect(manifest.license === 'MIT', 'license is not MIT');
  expect(manifest.type === 'module', 'type is not module');
  expect(manifest.sideEffects === false, 'sideEffects is not false');
  const node = ownEngines.get(manifest.name) ?? engines;
  expect(manifest.engines?.node === node, `engines.node is not "${node}"`);
  const files = ownFiles.get(manifest.name) ?? 'dist';
  expect(manifest.files?.join() === files, `files is not [${files}]`);
  expect(manifest.publishConfig?.access === 'public', 'publishConfig.access is not public');
  for (const [name, command] of Object.entries(scripts)) {
    expect(manifest.scripts?.[name] === command, `scripts.${name} is not "${command}"`);
  }
  return [...problems, ...exportProblems(manifest), ...dependencyProblems(manifest, coreVersion)];
}

function exportProblems({ exports = {}, publishConfig }: Manifest): string[] {
  const published = publishConfig?.exports ?? {};
  const problems = Object.entries(exports).flatMap(([entry, target]) => {
    if (entry === './package.json')
      return published[entry] === target ? [] : [`exports "${entry}" is not published`];
    const file = /^\.\/src\/(.+)\.ts$/.exec(String(target))?.[1];
    if (file === undefined) return [`exports "${entry}" is not a file of src`];
    const built = JSON.stringify({ types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` });
    return JSON.stringify(published[entry]) === built
      ? []
      : [`publishConfig.exports "${entry}" is not ${built}, types first`];
  });
  const extra = Object.keys(published).filter((entry) => !(entry in exports));
  return [
    ...('./package.json' in exports ? [] : ['exports has no "./package.json"']),
    ...problems,
    ...extra.map((entry) => `publishConfig.exports "${entry}" is not in exports`),
  ];
}

function dependencyProblems(manifest: Manifest, coreVersion: string): string[] {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    devDependencies = {},
  } = manifest;
  const installed = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
  if (alone.has(manifest.name)) {
    const needed = [...installed, ...Object.keys(peerDependencies)];
    return needed.map((name) => `depends on ${name}: it must come alone`);
  }
  const ours = [...installed, ...Object.keys(peerDependencies)].filter((name) => name.startsWith('@store/'));
  if (manifest.name === core) {
    const allowed =
      installed.every((name) => name === '@noble/hashes') && Object.keys(peerDependencies).length === 0;
    return allowed ? [] : ['core depends on more than @noble/hashes'];
  }
  const problems = ours
    .filter((name) => name !== core || installed.includes(name))
    .map((name) => `depends on ${name}: only core may be depended on, as a peer`);
  const range = peerDependencies[core];
  if (range === undefined) problems.push('core is not a peer');
  else if (semver.validRange(range) === null)
    problems.push(`the peer range of core is not written out: "${range}"`);
  else if (!semver.satisfies(coreVersion, range))
    problems.push(`core ${coreVersion} is outside the peer range "${range}"`);
  if (devDependencies[core] !== 'workspace:*') problems.push('the devDependency on core is not workspace:*');
  return problems;
}
