import assert from 'node:assert/strict';
import type { RecordStorage } from '@store/core/driver';
import type { CaseContext } from '../run/case-context.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, markOf, movedTo, newKey, numbers, record } from './storage-record.ts';

const ending = { level: 'required', kinds: ['records'] } as const;

/** The storage, with the functions that these cases need. */
const openWhole = ({ openStorage }: CaseContext) =>
  openStorage() as Promise<RecordStorage & Required<Pick<RecordStorage, 'move' | 'deleteSession'>>>;

/** Makes both calls at the same moment; which of them comes first differs from round to round. */
async function atOnce<One, Other>(
  round: number,
  one: () => Promise<One>,
  other: () => Promise<Other>,
): Promise<[One, Other]> {
  if (round % 2 === 0) return Promise.all([one(), other()]);
  const [last, first] = await Promise.all([other(), one()]);
  return [first, last];
}

/** `deleteSession` of a `RecordStorage`: the end of a session in one step. */
export const storageEndingCases: ConformanceCase[] = [
  {
    ...ending,
    needs: ['storage', 'deleteSession'],
    id: 'storage.delete-session',
    title:
      'deleteSession() removes any record, live, expired or unreadable, but no mark, and returns whether it did.',
    async run(context) {
      const { read, insert, replace, deleteSession } = await openWhole(context);
      const other = record({ subject: 'ada' });
      await insert(other, Date.now());
      const sessions = [
        ['live', record({ subject: 'ada', idleTimeout: 60, version: 7 })],
        ['expired', record({ expiresAt: 1, version: 0 })],
        ['unreadable', record({ payload: '{"data":{"cut' })],
        ['empty', record({ payload: '' })],
        ['newer', record({ payload: '{"v":999,"sessions":[]}' })],
        // Only the idle timeout identifies a mark: a payload may hold anything.
        ['marked by its payload only', { ...markOf(other, newKey()), key: newKey(), idleTimeout: null }],
      ] as const;
      for (const [kind, session] of sessions) {
        await insert(session, Date.now());
        assert.equal(await deleteSession(session.key), true, `removed: ${kind}`);
        assert.equal(await read(session.key), undefined, `still stored: ${kind}`);
        assert.equal(await deleteSession(session.key), false, 'a record cannot be removed twice');
        const late = { ...session, version: 9 };
        assert.equal(await replace(session.key, session.version, late, Date.now()), false);
      }
      assert.equal(await deleteSession(newKey()), false, 'a record that never existed cannot be removed');
      const current = markOf(record(), newKey());
      const marks = [
        ['current', current],
        ['expired', { ...current, key: newKey(), createdAt: 0, expiresAt: 1 }],
        ['damaged', { ...current, key: newKey(), payload: '{"v":1,"mov' }],
        ['leading nowhere', { ...current, key: newKey(), payload: '{"v":1,"moved":null}' }],
      ] as const;
      for (const [kind, mark] of marks) {
        await insert(mark, Date.now());
        assert.equal(await deleteSession(mark.key), false, `a mark must not be removed: ${kind}`);
        assert.deepEqual(fieldsOf(await read(mark.key)), mark, `a mark must stay as it is: ${kind}`);
      }
      assert.deepEqual(fieldsOf(await read(other.key)), other, 'another record must stay as it is');
      for (const round of numbers(40)) {
        const racing = record();
        const next = { ...racing, version: 2 };
        await insert(racing, Date.now());
        const replaces = async () => replace(racing.key, 1, next, Date.now());
        const removes = async () => deleteSession(racing.key);
        const [, removed] = await atOnce(round, replaces, removes);
        assert.equal(removed, true, 'a replacement must not keep deleteSession() from removing');
        assert.equal(await read(racing.key), undefined, 'a replacement brought a removed record back');
      }
    },
  },
  {
    ...ending,
    needs: ['storage', 'move', 'deleteSession'],
    id: 'storage.delete-session-race',
    title:
      'If move() and deleteSession() race for one record, exactly one wins: a logout never misses a move.',
    async run(context) {
      const { read, insert, move, deleteSession } = await openWhole(context);
      for (const round of numbers(100)) {
        const first = record();
        const next = movedTo(first);
        const mark = markOf(first, next.key);
        await insert(first, Date.now());
        const moves = async () => move(first.key, 1, next, mark, Date.now());
        const removes = async () => deleteSession(first.key);
        const [moved, removed] = await atOnce(round, moves, removes);
        assert.notEqual(moved, removed, 'exactly one of move() and deleteSession() must win');
        assert.deepEqual(fieldsOf(await read(first.key)), moved ? mark : undefined);
        assert.deepEqual(fieldsOf(await read(next.key)), moved ? next : undefined);
      }
    },
  },
];
