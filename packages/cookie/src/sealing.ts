import type { Awaitable } from '@store/core';
import type { SealingKey } from './keyring.ts';
import type { SealParts } from './seal-format.ts';

/** Makes and opens Iron's Fe26.2 seals. Two interchangeable implementations exist: a synchronous one, and one for every runtime. */
export interface Sealing {
  /** @param expiresAt Epoch milliseconds, for the seal's own expiry field. */
  seal(text: string, key: SealingKey, expiresAt: number): Awaitable<string>;
  /** Returns the text if the seal was made with this key and is unchanged. Ignores the expiry. Never throws, whatever the seal contains. */
  open(parts: SealParts, key: SealingKey): Awaitable<string | undefined>;
}
