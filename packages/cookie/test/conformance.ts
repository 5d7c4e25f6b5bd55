import type { DriverModule, Place } from '@store/conformance';
import { startSession } from '@store/cookie';

/** Every process of a place has the same one, and no other place has it. */
export const passwordOf = ({ namespace }: Place) => `the password of everybody in ${namespace}`;

export const capabilities: DriverModule['capabilities'] = { sharedBetweenProcesses: true };

export const start: DriverModule['start'] = (options, place) =>
  startSession({ ...options, password: passwordOf(place) });
