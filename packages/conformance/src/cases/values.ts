import assert from 'node:assert/strict';
import { createSessionId, type SessionContent } from '@store/core';
import type { CaseContext } from '../run/case-context.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { oddKeys, oddNumbers, oddTexts, oddValues, withKeys } from './odd-content.ts';

const all = ['records', 'functions', 'cookie'] as const;

/** Stores content in a new session and reads it back: with a cookie store, through the cookie. */
async function roundTrip(
  { start, kind }: CaseContext,
  { data, flash }: SessionContent,
): Promise<SessionContent> {
  const store = await start();
  const id = createSessionId();
  await store.save(id, data, flash);
  const found = await store.load(kind === 'cookie' ? await store.cookieValue(id, data, flash) : id);
  assert.equal(found.exists, true, 'the stored session must exist');
  return { data: found.data, flash: found.flash };
}

async function comesBack(context: CaseContext, content: SessionContent): Promise<void> {
  assert.deepEqual(await roundTrip(context, content), content);
}

export const valueCases: ConformanceCase[] = [
  {
    id: 'values.keys',
    level: 'required',
    kinds: all,
    title: 'Any string is a legal key of data and flash, even `__proto__` and the empty string.',
    async run(context) {
      const content = { data: withKeys(oddKeys), flash: withKeys(oddKeys) };
      const found = await roundTrip(context, content);
      for (const half of ['data', 'flash'] as const) {
        assert.deepEqual(Object.entries(found[half]).sort(), Object.entries(content[half]).sort());
      }
    },
  },
  {
    id: 'values.text',
    level: 'required',
    kinds: all,
    title: 'Text comes back as it was: control characters, lone surrogates, either form of an accent.',
    run: (context) => comesBack(context, { data: { texts: oddTexts }, flash: { texts: oddTexts } }),
  },
  {
    id: 'values.numbers',
    level: 'required',
    kinds: all,
    title: 'Numbers come back exactly.',
    run: (context) => comesBack(context, { data: { numbers: oddNumbers }, flash: {} }),
  },
  {
    id: 'values.nesting',
    level: 'required',
    kinds: all,
    title: 'null, booleans, empty and deeply nested values come back as they were.',
    run: (context) => comesBack(context, { data: { values: oddValues }, flash: { values: oddValues } }),
  },
  {
    id: 'values.empty',
    level: 'required',
    kinds: ['records', 'cookie'],
    title: 'A session without data and flash exists.',
    run: (context) => comesBack(context, { data: {}, flash: {} }),
  },
  {
    id: 'values.flash-only',
    level: 'required',
    kinds: all,
    title: 'A session that holds only flash exists.',
    run: (context) => comesBack(context, { data: {}, flash: { notice: 'hi' } }),
  },
];
