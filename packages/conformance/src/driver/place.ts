import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from './driver-module.ts';

/** Creates an unused place: a namespace of 20 letters and digits, and an empty directory. */
export async function createPlace(): Promise<Place> {
  return {
    namespace: `test${randomBytes(8).toString('hex')}`,
    directory: await mkdtemp(join(tmpdir(), 'store-conformance-')),
  };
}
