import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverModule, Place } from '@store/conformance';
import { startSession } from '@store/cookie';
import type { SessionStore } from '@store/core';
import * as file from '@store/file';
import { passwordOf } from './conformance.ts';

const ledgerOf = ({ directory }: Place) => join(directory, 'revocations');
const takenAway = ({ directory }: Place) => join(directory, 'taken-away');
/** The ledgers opened in each place. They are closed here, because a cookie store leaves its ledger open. */
const opened = new Map<string, SessionStore[]>();

export const capabilities: DriverModule['capabilities'] = {
  subjects: true,
  revocation: true,
  sharedBetweenProcesses: true,
};

export const start: DriverModule['start'] = async (options, place) => {
  const clock = options.now && { now: options.now };
  const revocations = await file.startSession({ directory: ledgerOf(place), cache: false, ...clock });
  opened.set(place.namespace, [...(opened.get(place.namespace) ?? []), revocations]);
  return startSession({ ...options, password: passwordOf(place), revocations });
};

export const breakBackend: DriverModule['breakBackend'] = (place) =>
  renameSync(ledgerOf(place), takenAway(place));

export const mendBackend: DriverModule['mendBackend'] = (place) =>
  renameSync(takenAway(place), ledgerOf(place));

export const cleanUp: DriverModule['cleanUp'] = async ({ namespace }) => {
  await Promise.all((opened.get(namespace) ?? []).map((ledger) => ledger.close()));
  opened.delete(namespace);
};
