import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applications, withBefore } from '../http/applications.ts';
import { startServer } from '../http/server-process.ts';
import { builtFile, checkBuilt } from './built-packages.ts';

const entries: { [name: string]: string[] } = {
  core: ['.', './driver'],
  session: ['.', './express', './fastify', './fetch', './hono', './koa', './node'],
  sqlite: ['.'],
  file: ['.'],
  cookie: ['.'],
  postgres: ['.'],
};

/**
 * Creates a checkout whose "built" packages re-export this one's `src` and report which build they are: `createRecordStore` in a
 * global list, a response on node:http in the header `x-build`. It has no `src` itself, so nothing can come from there.
 */
function makeCheckout(directory: string, build: string): string {
  for (const [name, names] of Object.entries(entries)) {
    const folder = join(directory, 'packages', name);
    const fileOf = (entry: string) => `./dist/${entry === '.' ? 'index' : entry.slice('./'.length)}.js`;
    const map = <T>(make: (entry: string) => T) =>
      Object.fromEntries(names.map((entry) => [entry, make(entry)]));
    const manifest = {
      type: 'module',
      exports: map((entry) => `./src/${entry}.ts`),
      publishConfig: { exports: map((entry) => ({ types: './dist/types.d.ts', default: fileOf(entry) })) },
    };
    mkdirSync(join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    for (const entry of names) {
      writeFileSync(
        join(folder, fileOf(entry)),
        code(`@store/${name}${entry.slice(1)}`, JSON.stringify(build)),
      );
    }
  }
  return directory;
}

function code(specifier: string, build: string): string {
  const source = JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve(specifier)).href);
  const same = `export * from ${source};\n`;
  if (specifier === '@store/core') return `${same}export const build = ${build};\n`;
  if (specifier === '@store/core/driver') {
    return `${same}import { createRecordStore as create } from ${source};
export const createRecordStore = (...args) => {
  (globalThis.buildsSeen ??= []).push(${build});
  return create(...args);
};\n`;
  }
  if (specifier !== '@store/session/node') return same;
  return `
import { build } from '@store/core';
import { sessionHandler as handler } from ${source};
export const sessionHandler = (handle) =>
  handler((request, response, session) => {
    response.setHeader('x-build', build);
    return handle(request, response, session);
  });\n`;
}

let parent: string;
let checkout: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'store-bench-before-'));
  checkout = makeCheckout(join(parent, 'older'), 'the older build');
});
afterEach(() => rmSync(parent, { recursive: true }));

describe('builtFile', () => {
  it('returns the published file, not the source that development resolves to', () => {
    expect(builtFile(checkout, '@store/sqlite')).toBe(join(checkout, 'packages/sqlite/dist/index.js'));
    expect(builtFile(checkout, '@store/session/node')).toBe(join(checkout, 'packages/session/dist/node.js'));
  });

  it('returns the exported file if the package publishes that same file', () => {
    const manifest = { exports: { '.': './dist/index.js' } };
    writeFileSync(join(checkout, 'packages/file/package.json'), JSON.stringify(manifest));
    expect(builtFile(checkout, '@store/file')).toBe(join(checkout, 'packages/file/dist/index.js'));
  });

  it('refuses a package or an entry point that is not in the checkout', () => {
    expect(() => builtFile(checkout, '@store/mongo')).toThrow(
      `${join(checkout, 'packages/mongo/package.json')} is missing`,
    );
    expect(() => builtFile(checkout, '@store/session/testing')).toThrow('does not export it');
  });
});

describe('checkBuilt', () => {
  it('accepts a checkout that has been built', () => {
    expect(() => checkBuilt(checkout)).not.toThrow();
  });

  it('names the missing file in one that has not been built, and says how to build it', () => {
    rmSync(join(checkout, 'packages/cookie/dist'), { recursive: true });
    expect(() => checkBuilt(checkout)).toThrow(
      `${checkout} has no built @store/cookie: ${join(checkout, 'packages/cookie/dist/index.js')} is missing. ` +
        `Make an older build with \`git clone <this repository> ${checkout}\` and, in there, ` +
        '`git checkout <commit>`, `npx pnpm install` and `npx pnpm build`.',
    );
  });
});

it('a run fails before anything is measured if the directory has no build', () => {
  const files = join(parent, 'files');
  const run = join(import.meta.dirname, '../run.ts');
  const args = ['--quick', '--before', join(parent, 'nowhere'), '--directory', files];
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, ...args], { encoding: 'utf8' });
  expect(stderr).toContain(`${join(parent, 'nowhere')} has no built @store/core`);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(readdirSync(parent)).toEqual(['older']);
});

it('the process of an application imports the packages of its checkout, and so do those packages', async () => {
  const newer = makeCheckout(join(parent, 'newer'), 'the newer build');
  const own = applications.filter(
    ({ framework, name }) => framework === 'node:http' && name === '@store/sqlite',
  );
  for (const [application, expected] of [
    [own[0], null],
    ...withBefore(own, checkout, newer).map((one) => [
      one,
      /before/.test(one.name) ? 'the older build' : 'the newer build',
    ]),
  ] as [(typeof own)[0], string | null][]) {
    const server = await startServer(application, mkdtempSync(join(parent, 'files-')));
    try {
      const response = await fetch(`${server.origin}/fill/1`);
      expect(await response.text()).toBe('filled');
      expect(response.headers.get('x-build'), application.name).toBe(expected);
    } finally {
      await server.stop();
    }
  }
});

it('copies of a backend in one process import the packages of their own checkouts', () => {
  const newer = makeCheckout(join(parent, 'newer'), 'the newer build');
  const program = `
    import { importsOf } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'built-imports.ts')).href)};
    const file = ${JSON.stringify(join(import.meta.dirname, '../contenders/core/core.ts'))};
    const loads = [importsOf(${JSON.stringify(checkout)}, 'before'), importsOf(${JSON.stringify(newer)}, 'now')];
    for (const load of loads) {
      const { core } = await load(file);
      const store = await core.lines.find(({ kind }) => kind === 'ours').open('');
      await store.save('0'.repeat(64), { data: {}, flash: {} });
    }
    console.log(JSON.stringify(globalThis.buildsSeen));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect(JSON.parse(stdout || stderr)).toEqual(['the older build', 'the newer build']);
});
