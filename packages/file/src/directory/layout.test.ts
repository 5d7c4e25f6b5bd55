import { sep } from 'node:path';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLayout, keyOfName, readFileName } from './layout.ts';

const layout = createLayout(`${sep}srv${sep}sessions`);
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => Buffer.from(b).toString('base64url'));
const nameOf = (path: string) => path.split(/[/\\]/).at(-1) ?? '';

describe('layout', () => {
  it('gives any two keys names that differ by more than case', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const same = layout.record(one).toLowerCase() === layout.record(other).toLowerCase();
        expect(same).toBe(one === other);
      }),
    );
    const key = sessionKey(createSessionId()).replace(/^./, 'a');
    expect(layout.record(key).toLowerCase()).not.toBe(layout.record(key.replace(/^a/, 'A')).toLowerCase());
  });

  it('keeps every key inside the directory', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('../../etc/passwd', '..', '/', '\0')), (key) => {
        expect(layout.record(key)).toMatch(
          /^[/\\]srv[/\\]sessions[/\\]records[/\\][\da-f]{0,2}[/\\][\da-f]*$/,
        );
      }),
    );
  });

  it('keeps every subject inside the directory', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), keys, (subject, key) => {
        expect(layout.marker(subject, key)).toMatch(
          /^[/\\]srv[/\\]sessions[/\\]subjects[/\\][\da-f]{2}[/\\][\da-f.]+$/,
        );
      }),
    );
  });

  it('recognizes its own files by name', () => {
    const key = sessionKey(createSessionId());
    const record = layout.record(key);
    expect(readFileName(nameOf(record))).toEqual({ kind: 'record' });
    expect(keyOfName(nameOf(record))).toBe(key);
    expect(readFileName(nameOf(layout.marker('ann', key)))).toEqual({ kind: 'marker', key });
    const successor = `${nameOf(record)}.0123456789abcdef.12.next`;
    expect(readFileName(successor)).toEqual({ kind: 'successor', key });
  });

  it('treats all other names as foreign', () => {
    for (const name of [
      '.gitkeep',
      'README',
      'a.json',
      'A'.repeat(64),
      `${'a'.repeat(64)}.bak`,
      'lock',
      '.lock',
    ]) {
      expect(readFileName(name)).toEqual({ kind: 'foreign' });
    }
  });
});
