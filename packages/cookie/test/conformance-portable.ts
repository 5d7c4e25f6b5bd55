import type { DriverModule } from '@store/conformance';
import { capabilities, start as startAnywhere } from './conformance.ts';
import { hideSynchronousCrypto } from './sealings.ts';

export { capabilities };

/** Starts as on a runtime without synchronous crypto; a store looks for it once, at startup. */
export const start: DriverModule['start'] = async (options, place) => {
  const restore = hideSynchronousCrypto();
  try {
    return await startAnywhere(options, place);
  } finally {
    restore();
  }
};
