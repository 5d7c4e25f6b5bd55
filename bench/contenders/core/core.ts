import { hash } from 'node:crypto';
import type { SessionContent } from '@store/core';
import { createRecordStore, type RecordStorage, type SessionRecord } from '@store/core/driver';
import { type Backend, type Contender, lifetime } from '../../contender.ts';
import { openStore } from '../record-store.ts';

/** A minimal storage. */
function mapStorage(records: Map<string, SessionRecord>): RecordStorage {
  return {
    read: (key) => records.get(key),
    insert: (record) => !records.has(record.key) && records.set(record.key, record).has(record.key),
    replace(key, version, next) {
      if (records.get(key)?.version !== version) return false;
      records.set(key, next);
      return true;
    },
    touch(key, _now, expiresAt) {
      const record = records.get(key);
      if (record) records.set(key, { ...record, expiresAt });
      return record !== undefined;
    },
    save: (record) => records.set(record.key, record).has(record.key),
    delete: (key) => void records.delete(key),
    deleteExpired: () => 0,
  };
}

const bare: Contender = {
  kind: 'bare',
  name: 'a Map, hashed keys, JSON',
  open() {
    const records = new Map<string, { text: string; expires: number }>();
    const keyOf = (id: string) => hash('sha256', id, 'base64url');
    return {
      load(id) {
        const record = records.get(keyOf(id));
        return record && record.expires > Date.now()
          ? (JSON.parse(record.text) as SessionContent)
          : undefined;
      },
      contentOf: (loaded) => loaded as SessionContent | undefined,
      save: (id, content, now = Date.now()) =>
        records.set(keyOf(id), { text: JSON.stringify(content), expires: now + lifetime }),
      destroy: (id) => records.delete(keyOf(id)),
      rows: () => records.size,
    };
  },
};

const ours: Contender = {
  kind: 'ours',
  name: '@store/core',
  async open() {
    const records = new Map<string, SessionRecord>();
    const {
      touch: _,
      gc: __,
      ...operations
    } = await openStore(async ({ cache: _cache, ...options }) =>
      createRecordStore(mapStorage(records), options),
    );
    return { ...operations, rows: () => records.size };
  },
};

/** Core alone, on a storage backend that costs almost nothing: core's share of every operation of every driver. */
export const core: Backend = {
  name: 'core',
  title: 'Core alone',
  note: 'Records in a Map. The first line hashes the id, checks the expiry and parses the payload, and does nothing else.',
  blocks: { times: 1, sizes: [2000, 2016] },
  baseline: bare,
  lines: [bare, { ...bare, kind: 'control', name: 'the same code again' }, ours],
  collectors: [],
};
