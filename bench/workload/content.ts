import { createHash } from 'node:crypto';
import type { SessionContent } from '@store/core';

/** The id of session number `n`: 64 hex characters, which every contender accepts. */
export function sessionId(n: number): string {
  return createHash('sha256').update(`session ${n}`).digest('hex');
}

/** The session of a signed-in visitor of a shop: about 570 bytes of JSON, 610 with flash. */
export function sessionContent(n: number): SessionContent {
  return {
    data: {
      user: {
        id: 100_000 + n,
        name: 'Maria Anders',
        email: `maria.anders.${n}@example.com`,
        roles: ['customer'],
      },
      locale: 'de-DE',
      theme: 'dark',
      csrf: sessionId(n).slice(0, 43),
      cart: Array.from({ length: 4 }, (_, line) => ({
        sku: `SKU-${10_000 + ((n + line) % 10_000)}`,
        title: 'Coffee, whole beans',
        quantity: line + 1,
        price: 12.95,
      })),
      visited: ['/products', '/products/coffee', '/cart'],
      views: 0,
    },
    flash: { notice: 'Added to your cart.' },
  };
}

/** The change a request makes: one more page view. */
export function countView({ data, flash }: SessionContent): SessionContent {
  return { data: { ...data, views: Number(data.views) + 1 }, flash };
}
