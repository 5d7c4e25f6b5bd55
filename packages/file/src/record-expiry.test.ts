import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';

it('allows a session to be read without changing its file, whether new, replaced or touched', async () => {
  const { storage, layout } = openStorage(temporaryDirectory());
  const expiresAt = Date.now() + 3_600_000;
  const record = someRecord({ expiresAt });
  const long = { ...record, version: 3, payload: 'x'.repeat(5000) };
  for (const write of [
    () => storage.insert(record, Date.now()),
    () => storage.replace(record.key, record.version, { ...record, version: 2 }, Date.now()),
    () => storage.touch(record.key, 1, expiresAt + 1000),
    () => storage.replace(record.key, 2, long, Date.now()),
    () => storage.touch(record.key, 1, expiresAt + 2000),
  ]) {
    expect(await write()).toBe(true);
    const before = statSync(layout.record(record.key));
    expect(storage.read(record.key)).toBeDefined();
    expect(statSync(layout.record(record.key))).toEqual(before);
  }
});
