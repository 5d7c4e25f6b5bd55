import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/session-directory.ts';
import { createLayout } from '../directory/layout.ts';
import { createFolderWalk } from './folder-walk.ts';

function walkOf(...shards: string[]) {
  const layout = createLayout(temporaryDirectory());
  for (const folder of [layout.records, layout.subjects]) mkdirSync(folder);
  for (const shard of shards) {
    mkdirSync(join(layout.records, shard));
    for (const n of [1, 2]) writeFileSync(join(layout.records, shard, `${shard}${n}`), '');
  }
  return { layout, walk: createFolderWalk(layout) };
}

it('visits every file in a shard once a round', async () => {
  const { walk } = walkOf('00', '7f', 'ff', 'no-shard');
  for (let round = 1; round <= 2; round++) {
    const seen: string[] = [];
    for (let found = await walk.next(); found; found = await walk.next()) {
      expect(basename(found.folder)).toBe(found.name.slice(0, 2));
      seen.push(found.name);
      expect(walk.round()).toBe(round);
    }
    expect(seen.sort()).toEqual(['001', '002', '7f1', '7f2', 'ff1', 'ff2']);
  }
});

it('reports a folder that cannot be read when its turn comes, not before, and then continues with the others', async () => {
  const shards = ['00', '7f', 'ff'];
  const { layout, walk } = walkOf(...shards);
  const first = await walk.next();
  for (const shard of shards.filter((shard) => shard !== basename(first?.folder ?? ''))) {
    rmSync(join(layout.records, shard), { recursive: true });
    writeFileSync(join(layout.records, shard), 'no folder');
  }
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  // One of the others may have been read ahead.
  const names: string[] = [];
  const failures: unknown[] = [];
  for (let ended = false; !ended; ) {
    const found = await Promise.resolve(walk.next()).catch((error) => {
      failures.push(error.code);
      return 'failed' as const;
    });
    ended = found === undefined;
    if (found && found !== 'failed') names.push(found.name);
  }
  expect(names).toContain(`${basename(first?.folder ?? '')}${first?.name.endsWith('1') ? 2 : 1}`);
  expect(failures.length + names.length / 2).toBeGreaterThanOrEqual(2);
  expect(new Set(failures)).toEqual(new Set(['ENOTDIR']));
});
