import type { SessionStore } from '@store/core';
import { startSession } from '@store/postgres';
import type { Pool } from 'pg';

const stores = new Map<string, SessionStore>();

/** The store of a tenant. The first call makes the tenant's schema and table. */
export async function storeOf(pool: Pool, tenant: string): Promise<SessionStore> {
  const store =
    stores.get(tenant) ?? (await startSession({ pool, schema: `tenant_${tenant}`, cache: false }));
  stores.set(tenant, store);
  return store;
}
