import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scaffoldDriver } from './scaffold-driver.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-driver-'));
});
afterEach(() => rm(folder, { recursive: true }));

const everything = async () => (await readdir(folder, { recursive: true })).sort();
const read = (path: string) => readFile(join(folder, path), 'utf8');

describe('scaffoldDriver', () => {
  it('writes a package, and returns its description', async () => {
    const scaffold = await scaffoldDriver({ directory: join(folder, 'my-driver') });
    expect(scaffold).toEqual({
      directory: join(folder, 'my-driver'),
      name: 'my-driver',
      driver: 'src/my-driver.ts',
      files: [
        '.changeset/config.json',
        '.changeset/first-release.md',
        '.github/workflows/ci.yml',
        '.gitignore',
        'LICENSE',
        'README.md',
        'conformance.test.ts',
        'conformance.ts',
        'package.json',
        'src/my-driver.ts',
        'tsconfig.build.json',
        'tsconfig.json',
      ],
    });
    for (const file of scaffold.files) expect(await read(`my-driver/${file}`)).not.toBe('');
  });

  it('replaces the template’s name everywhere', async () => {
    const directory = join(folder, 'redis');
    const { files } = await scaffoldDriver({ directory, name: '@acme/sessions' });
    expect(JSON.parse(await read('redis/package.json'))).toMatchObject({
      name: '@acme/sessions',
      exports: { '.': { types: './dist/sessions.d.ts', default: './dist/sessions.js' } },
      publishConfig: { access: 'public' },
    });
    expect(await read('redis/src/sessions.ts')).toContain("const name = '@acme/sessions'");
    expect(await read('redis/conformance.ts')).toContain("from './src/sessions.ts'");
    expect(await read('redis/README.md')).toMatch(/^# @acme\/sessions$/m);
    expect(await read('redis/.changeset/first-release.md')).toMatch(/^---\n"@acme\/sessions": minor\n---\n/);
    for (const file of files) expect(await read(`redis/${file}`)).not.toContain('memory-driver');
  });

  it('accepts a name that contains the template’s name', async () => {
    await scaffoldDriver({ directory: join(folder, 'my-memory-driver') });
    expect(await read('my-memory-driver/conformance.ts')).toContain("from './src/my-memory-driver.ts'");
    expect(await read('my-memory-driver/src/my-memory-driver.ts')).toContain(
      "const name = 'my-memory-driver'",
    );
  });

  it('writes the tests for node:test on request, without vitest', async () => {
    const directory = join(folder, 'my-driver');
    await scaffoldDriver({ directory, runner: 'node-test' });
    const { scripts, devDependencies } = JSON.parse(await read('my-driver/package.json'));
    expect(scripts.test).toBe('node --test');
    expect(devDependencies).not.toHaveProperty('vitest');
    expect(await read('my-driver/conformance.test.ts')).toContain("from '@store/conformance/node-test'");
  });

  it('fills an empty folder and a fresh clone', async () => {
    await mkdir(join(folder, 'my-driver/.git'), { recursive: true });
    await expect(scaffoldDriver({ directory: join(folder, 'my-driver') })).resolves.toBeDefined();
  });

  it.each(['README.md', '.gitignore'])(
    'refuses a folder that contains %s, and writes nothing',
    async (file) => {
      await mkdir(join(folder, 'my-driver'));
      await writeFile(join(folder, 'my-driver', file), 'of another user');
      const before = await everything();
      await expect(scaffoldDriver({ directory: join(folder, 'my-driver') })).rejects.toMatchObject({
        code: 'NOT_EMPTY',
        message: expect.stringMatching(`${file}.*existing files are never overwritten.*Name a new folder`),
      });
      expect(await everything()).toEqual(before);
      expect(await read(`my-driver/${file}`)).toBe('of another user');
    },
  );

  it('refuses a path that is a file', async () => {
    await writeFile(join(folder, 'my-driver'), 'of another user');
    const refused = scaffoldDriver({ directory: join(folder, 'my-driver') });
    await expect(refused).rejects.toMatchObject({ code: 'NOT_EMPTY' });
    expect(await read('my-driver')).toBe('of another user');
  });

  it('refuses a dangling link', async () => {
    await symlink('nowhere', join(folder, 'my-driver'));
    await expect(scaffoldDriver({ directory: join(folder, 'my-driver') })).rejects.toThrow();
    expect(await everything()).toEqual(['my-driver']);
  });

  it.each<[option: string, wrongType: unknown, outOfRange: unknown, misspelled: string]>([
    ['directory', 7, '', 'dir'],
    ['name', 7, 'My Driver', 'nmae'],
    ['runner', true, 'mocha', 'runer'],
  ])(
    'refuses a wrong or misspelled %s, and writes nothing',
    async (option, wrongType, outOfRange, misspelled) => {
      const options = { directory: join(folder, 'my-driver') };
      for (const wrong of [wrongType, null, outOfRange]) {
        await expect(scaffoldDriver({ ...options, [option]: wrong })).rejects.toMatchObject({
          code: 'INVALID_OPTION',
          message: expect.stringContaining(option),
        });
      }
      await expect(scaffoldDriver({ ...options, [misspelled]: 'x' })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: `Unknown option ${misspelled}: the options are directory, name, runner.`,
      });
      expect(await everything()).toEqual([]);
    },
  );

  it.each([undefined, null, 'my-driver', ['my-driver'], {}, { directory: 'a\0b' }])(
    'refuses %o in place of the options',
    async (wrong) => {
      await expect(scaffoldDriver(wrong as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    },
  );

  it('treats an undefined option as omitted, whatever its name', async () => {
    const options = { directory: join(folder, 'my-driver'), name: undefined, nmae: undefined } as never;
    await expect(scaffoldDriver(options)).resolves.toMatchObject({ name: 'my-driver' });
  });
});
