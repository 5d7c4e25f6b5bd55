import type { DriverModule, Place } from '@store/conformance';
import { startSession } from '@store/cookie';

/** The same password for every process of a place, and a different one for every other place. */
export const passwordOf = ({ namespace }: Place) => `the password of everybody in ${namespace}`;

export const capabilities: DriverModule['capabilities'] = { sharedBetweenProcesses: true };

export const start: DriverModule['start'] = (options, place) =>
  startSession({ ...options, password: passwordOf(place) });
