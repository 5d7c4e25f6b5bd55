import { createPortableSealing } from '../src/portable-sealing.ts';
import type { Sealing } from '../src/sealing.ts';
import {
  createSynchronousSealing,
  findSynchronousCrypto,
  type SynchronousCrypto,
} from '../src/synchronous-sealing.ts';

/** Both ways to seal, for tests that must hold for either. */
export const sealings: [string, () => Sealing][] = [
  ['synchronous', () => createSynchronousSealing(findSynchronousCrypto() as SynchronousCrypto)],
  ['portable', createPortableSealing],
];

/** Starts stores without synchronous crypto, as on a runtime that has none, until the answered function is called. */
export function hideSynchronousCrypto(): () => void {
  const { process } = globalThis as { process?: { getBuiltinModule?: unknown } };
  const found = process?.getBuiltinModule;
  if (process === undefined || found === undefined) return () => {};
  process.getBuiltinModule = undefined;
  return () => {
    process.getBuiltinModule = found;
  };
}
