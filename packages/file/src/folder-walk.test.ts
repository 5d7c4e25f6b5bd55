import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../test/session-directory.ts';
import { createFolderWalk, type Folder } from './folder-walk.ts';
import { createLayout } from './layout.ts';

function walkOf(shards: string[], enter: (folder: Folder) => void = () => {}) {
  const layout = createLayout(temporaryDirectory());
  for (const folder of [layout.records, layout.subjects, layout.owners]) mkdirSync(folder);
  for (const shard of shards) {
    mkdirSync(join(layout.records, shard));
    writeFileSync(join(layout.records, shard, `${shard}1`), '');
  }
  let rounds = 0;
  const walk = createFolderWalk(layout, () => rounds++, enter);
  return { layout, walk, rounds: () => rounds };
}

it('visits every folder with a name in it once a round, and goes on in one until its names are taken', async () => {
  const { walk, rounds } = walkOf(['00', '7f', 'ff', 'no-shard']);
  for (let round = 1; round <= 2; round++) {
    const seen: string[] = [];
    for (let folder = await walk.folder(); folder; folder = await walk.folder()) {
      expect(await walk.folder()).toBe(folder);
      seen.push(...folder.names.splice(0));
    }
    expect(seen.sort()).toEqual(['001', '7f1', 'ff1']);
    expect(rounds()).toBe(round);
  }
});

it('tells of a folder that cannot be read when it is its turn, not before, and then goes on with the others', async () => {
  const shards = ['00', '7f', 'ff'];
  const { layout, walk } = walkOf(shards, ({ path }) => {
    for (const shard of shards.splice(0).filter((shard) => shard !== basename(path))) {
      rmSync(join(layout.records, shard), { recursive: true });
      writeFileSync(join(layout.records, shard), 'no folder');
    }
  });
  const folder = await walk.folder();
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(folder?.names).toHaveLength(1);
  folder?.names.pop();
  await expect(walk.folder()).rejects.toThrow('ENOTDIR');
  await expect(walk.folder()).rejects.toThrow('ENOTDIR');
  expect(await walk.folder()).toBeUndefined();
});
