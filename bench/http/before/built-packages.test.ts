import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCheckout } from '../../test/other-checkout.ts';
import { builtFile, checkBuilt } from './built-packages.ts';

let parent: string;
let checkout: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'store-bench-before-'));
  checkout = makeCheckout(join(parent, 'older'), 'older');
});
afterEach(() => rmSync(parent, { recursive: true }));

describe('builtFile', () => {
  it('is what the package publishes, not the source that development resolves to', () => {
    expect(builtFile(checkout, '@store/sqlite')).toBe(join(checkout, 'packages/sqlite/dist/index.js'));
    expect(builtFile(checkout, '@store/session/node')).toBe(join(checkout, 'packages/session/dist/node.js'));
  });

  it('is what the package exports when it publishes the same', () => {
    const manifest = { exports: { '.': './dist/index.js' } };
    writeFileSync(join(checkout, 'packages/file/package.json'), JSON.stringify(manifest));
    expect(builtFile(checkout, '@store/file')).toBe(join(checkout, 'packages/file/dist/index.js'));
  });

  it('refuses a package and a door that the checkout does not have', () => {
    expect(() => builtFile(checkout, '@store/mongo')).toThrow(
      `${join(checkout, 'packages/mongo/package.json')} is missing`,
    );
    expect(() => builtFile(checkout, '@store/session/hono')).toThrow('does not export it');
  });
});

describe('checkBuilt', () => {
  it('finds nothing wrong with a checkout that is built', () => {
    expect(() => checkBuilt(checkout)).not.toThrow();
  });

  it('names what is missing in one that is not, and how to make it', () => {
    rmSync(join(checkout, 'packages/cookie/dist'), { recursive: true });
    expect(() => checkBuilt(checkout)).toThrow(
      `${checkout} has no built @store/cookie: ${join(checkout, 'packages/cookie/dist/index.js')} is missing. ` +
        `Make an older build with \`git clone <this repository> ${checkout}\` and, in there, ` +
        '`git checkout <commit>`, `npx pnpm install` and `npx pnpm build`.',
    );
  });
});

it('ends a run before anything is measured when the directory has no build', () => {
  const files = join(parent, 'files');
  const run = join(import.meta.dirname, '../../run.ts');
  const args = ['--quick', '--before', join(parent, 'nowhere'), '--directory', files];
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, ...args], { encoding: 'utf8' });
  expect(stderr).toContain(`${join(parent, 'nowhere')} has no built @store/core`);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(readdirSync(parent)).toEqual(['older']);
});
