import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFiles } from './write-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-driver-'));
});
afterEach(() => rm(folder, { recursive: true }));
const everything = async () => (await readdir(folder, { recursive: true })).sort();

describe('writeFiles', () => {
  it('writes every file and creates the folders', async () => {
    await writeFiles(
      join(folder, 'new/driver'),
      new Map([
        ['package.json', '{}'],
        ['src/deep/driver.ts', 'export {};'],
      ]),
    );
    expect(await readFile(join(folder, 'new/driver/package.json'), 'utf8')).toBe('{}');
    expect(await readFile(join(folder, 'new/driver/src/deep/driver.ts'), 'utf8')).toBe('export {};');
  });

  it('leaves an existing file unchanged, and removes everything it has written', async () => {
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src/driver.ts'), 'of another user');
    const before = await everything();
    const files = new Map([
      ['package.json', '{}'],
      ['.github/workflows/ci.yml', 'name: CI'],
      ['src/driver.ts', 'export {};'],
      ['src/later.ts', 'export {};'],
    ]);
    await expect(writeFiles(folder, files)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await everything()).toEqual(before);
    expect(await readFile(join(folder, 'src/driver.ts'), 'utf8')).toBe('of another user');
  });

  it('leaves nothing behind, not even the folder, when the disk fails between two files', async () => {
    const files = new Map([
      ['src/driver.ts', 'export {};'],
      ['src/driver.ts/below-a-file.ts', 'export {};'],
    ]);
    await expect(writeFiles(join(folder, 'new/driver'), files)).rejects.toThrow();
    expect(await everything()).toEqual([]);
  });
});
