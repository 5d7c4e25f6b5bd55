import type { DriverModule } from '@store/conformance';
import { startSession } from '../../../core/test/examples/record-driver.ts';

export const start: DriverModule['start'] = (options) => startSession(options);
