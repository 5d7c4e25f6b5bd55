import type { DriverModule } from '@store/conformance';
import { memoryStorage, startSession } from './memory-driver.ts';

export const capabilities: DriverModule['capabilities'] = { subjects: true };

export const start: DriverModule['start'] = (options) => startSession(options);

export const openStorage: DriverModule['openStorage'] = () => memoryStorage();
