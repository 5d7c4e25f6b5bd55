import type { DriverModule } from '@store/conformance';
import { capabilities, start as startAnywhere } from './conformance.ts';
import { hideSynchronousCrypto } from './sealings.ts';

export { capabilities };

/** As on a runtime without synchronous crypto, which a store looks for once, when it starts. */
export const start: DriverModule['start'] = async (options, place) => {
  const restore = hideSynchronousCrypto();
  try {
    return await startAnywhere(options, place);
  } finally {
    restore();
  }
};
