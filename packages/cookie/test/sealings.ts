import { createPortableSealing } from '../src/portable-sealing.ts';
import type { Sealing } from '../src/sealing.ts';
import {
  createSynchronousSealing,
  findSynchronousCrypto,
  type SynchronousCrypto,
} from '../src/synchronous-sealing.ts';

/** Both sealing implementations, for tests that must pass with both. */
export const sealings: [string, () => Sealing][] = [
  ['synchronous', () => createSynchronousSealing(findSynchronousCrypto() as SynchronousCrypto)],
  ['portable', createPortableSealing],
];

/** Makes stores start without synchronous crypto, as on a runtime without it, until the returned function is called. */
export function hideSynchronousCrypto(): () => void {
  const { process } = globalThis as { process?: { getBuiltinModule?: unknown } };
  const found = process?.getBuiltinModule;
  if (process === undefined || found === undefined) return () => {};
  process.getBuiltinModule = undefined;
  return () => {
    process.getBuiltinModule = found;
  };
}
