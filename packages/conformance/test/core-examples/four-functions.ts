import type { DriverModule } from '@store/conformance';
import { mapDriver } from '../../../core/test/examples/four-functions.ts';

export const capabilities: DriverModule['capabilities'] = { sharedBetweenInstances: true };

export const start: DriverModule['start'] = () => mapDriver;

export const knownWeaknesses: DriverModule['knownWeaknesses'] = {
  'time.functions': 'the map keeps every session until it is destroyed',
};
