import { assertKnownOptions } from '@store/core/driver';
import type { Capabilities, DriverKind, DriverModule } from './driver-module.ts';

const functions = [
  'start',
  'openStorage',
  'dump',
  'peek',
  'breakBackend',
  'mendBackend',
  'cleanUp',
] as const satisfies (keyof DriverModule)[];
const values = ['capabilities', 'kind', 'knownWeaknesses'] as const satisfies (keyof DriverModule)[];

/** Every export that the suite reads. */
export const exportNames: readonly (keyof DriverModule)[] = [...functions, ...values];
/** Every capability of every kind of driver. */
export const capabilityNames: readonly (keyof Capabilities)[] = [
  'subjects',
  'savesInOneStep',
  'sharedBetweenInstances',
  'sharedBetweenProcesses',
  'revocation',
];
const kinds: readonly unknown[] = ['records', 'functions', 'cookie'] satisfies DriverKind[];

/**
 * Checks the exports of a driver module before any of them is called. The module may have other exports, but a near miss of a
 * known name is an error: otherwise the cases that need that export would silently not run.
 *
 * @throws Error naming the export
 */
export function assertExports(module: DriverModule): void {
  assertKnownOptions('@store/conformance', module ?? null, exportNames, 'exports', { onlyNear: true });
  for (const name of functions) {
    const member = module[name];
    if (typeof member === 'function' || (name !== 'start' && member === undefined)) continue;
    throw new Error(`The driver module must export ${name} as a function, not ${typeof member}.`);
  }
  if ((module.breakBackend === undefined) !== (module.mendBackend === undefined)) {
    throw new Error('The driver module must export both breakBackend() and mendBackend(), or neither.');
  }
  const { capabilities, kind, knownWeaknesses = {} } = module;
  assertKnownOptions('@store/conformance', capabilities, capabilityNames, 'capabilities');
  for (const [name, claim] of Object.entries(capabilities ?? {})) {
    if (claim === undefined || typeof claim === 'boolean') continue;
    throw new Error(`The capability "${name}" must be true or false.`);
  }
  if (kind !== undefined && !kinds.includes(kind)) {
    throw new Error("The driver module must export kind as 'records', 'functions' or 'cookie'.");
  }
  const reasons = Object.values(Object(knownWeaknesses));
  if (typeof knownWeaknesses !== 'object' || !reasons.every((reason) => typeof reason === 'string')) {
    throw new Error(
      'The driver module must export knownWeaknesses as an object that maps each case id to a reason, as a string.',
    );
  }
}
