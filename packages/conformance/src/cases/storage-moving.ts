import assert from 'node:assert/strict';
import type { RecordStorage, SessionRecord } from '@store/core/driver';
import type { CaseContext } from '../run/case-context.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, markOf, movedTo, newKey, numbers, record } from './storage-record.ts';

const moving = { level: 'required', kinds: ['records'], needs: ['storage', 'move'] } as const;

/** The storage, with the functions that these cases need. */
const openWhole = ({ openStorage }: CaseContext) =>
  openStorage() as Promise<RecordStorage & Required<Pick<RecordStorage, 'move'>>>;

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** `move` of a `RecordStorage`: a session gets a new key, and the old key says where the session went. */
export const storageMovingCases: ConformanceCase[] = [
  {
    ...moving,
    id: 'storage.move',
    title:
      'move() stores the record under its new key and the mark under the old key, with every field of both.',
    async run(context) {
      const { read, insert, replace, move, touch, delete: remove } = await openWhole(context);
      const first = record({ subject: 'ada', idleTimeout: 60 });
      await insert(first, Date.now());
      const next = {
        ...movedTo(first),
        payload: '{"data":{"n":1},"flash":{},"v":1}',
        subject: 'grace',
        createdAt: first.createdAt + 1,
        expiresAt: first.expiresAt + 1,
        idleTimeout: 90,
      };
      const mark = markOf(first, next.key);
      assert.equal(await move(first.key, 1, next, mark, Date.now()), true);
      assert.deepEqual(fieldsOf(await read(next.key)), next, 'the moved record must be under the new key');
      assert.deepEqual(fieldsOf(await read(first.key)), mark, 'the mark must be under the old key');
      const again = movedTo(next, 3);
      assert.equal(await move(next.key, 2, again, markOf(next, again.key), Date.now()), true);
      assert.deepEqual(fieldsOf(await read(first.key)), mark, 'an earlier mark must stay as it is');
      // A mark is a record like any other.
      assert.equal(await insert({ ...first, version: 9 }, Date.now()), false, 'a mark must occupy its key');
      assert.equal(await touch(mark.key, mark.expiresAt - 1, mark.expiresAt), true);
      assert.equal(await replace(mark.key, mark.version, { ...mark, version: 5 }, Date.now()), true);
      await remove(mark.key);
      assert.equal(await read(mark.key), undefined);
      assert.deepEqual(fieldsOf(await read(again.key)), again, 'deleting a mark must not touch the session');
    },
  },
  {
    ...moving,
    id: 'storage.move-refused',
    title:
      'move() returns false and writes nothing when the version is gone, the record is missing or the new key is taken.',
    async run(context) {
      const { read, insert, move } = await openWhole(context);
      const mine = record({ subject: 'ada' });
      const taken = [record(), record({ expiresAt: 1 }), markOf(record(), newKey())];
      for (const each of [mine, ...taken]) await insert(each, Date.now());
      const free = movedTo(mine);
      assert.equal(await move(mine.key, 7, free, markOf(mine, free.key), Date.now()), false);
      assert.equal(await read(free.key), undefined, 'a lost race must write nothing under the new key');
      for (const theirs of taken) {
        const next = { ...mine, key: theirs.key, version: 2 };
        assert.equal(await move(mine.key, 1, next, markOf(mine, next.key), Date.now()), false);
        assert.deepEqual(fieldsOf(await read(theirs.key)), theirs, 'the record at the new key was harmed');
      }
      assert.deepEqual(fieldsOf(await read(mine.key)), mine, 'a refused move must leave the record alone');
      const missing = record();
      const nowhere = movedTo(missing);
      assert.equal(await move(missing.key, 1, nowhere, markOf(missing, nowhere.key), Date.now()), false);
      assert.equal(await read(missing.key), undefined, 'moving a missing record must leave no mark');
      assert.equal(await read(nowhere.key), undefined, 'moving a missing record must create no record');
    },
  },
  {
    ...moving,
    id: 'storage.move-winner',
    title:
      'If many moves and replacements of one version race, exactly one wins, and the mark names the winner.',
    async run(context) {
      const { read, insert, replace, move } = await openWhole(context);
      for (const round of numbers(20)) {
        const first = record();
        await insert(first, Date.now());
        const nexts = numbers(6).map((n) => movedTo(first, 1000 * round + n + 2));
        const marks = nexts.map(({ key }) => markOf(first, key));
        const stays = { ...first, version: 999_999_999 };
        const calls = [
          async () => replace(first.key, 1, stays, Date.now()),
          ...nexts.map((next, n) => async () => {
            const mark = marks[n] as SessionRecord;
            return move(first.key, 1, next, mark, Date.now());
          }),
        ];
        // Each call goes first in some rounds.
        const begin = round % calls.length;
        const inTurn = [...calls.slice(begin), ...calls.slice(0, begin)];
        const results = await Promise.all(inTurn.map((call) => call()));
        const [replaced, ...won] = [...results.slice(-begin), ...results.slice(0, -begin)];
        const winners = [replaced, ...won].filter(Boolean).length;
        assert.equal(winners, 1, `exactly one must win, but ${winners} did`);
        const winner = won.indexOf(true);
        assert.deepEqual(fieldsOf(await read(first.key)), winner < 0 ? stays : marks[winner]);
        for (const [n, next] of nexts.entries()) {
          assert.deepEqual(fieldsOf(await read(next.key)), n === winner ? next : undefined);
        }
      }
    },
  },
  {
    ...moving,
    id: 'storage.move-atomic',
    title: 'A move is one step: no reader finds both records, or neither, or the old key empty.',
    async run(context) {
      const mover = await openWhole(context);
      const { read } = context.claims.sharedBetweenInstances ? await context.openStorage() : mover;
      const { insert, move } = mover;
      let current = record();
      await insert(current, Date.now());
      for (const round of numbers(60)) {
        const next = movedTo(current, Math.floor(Math.random() * 2 ** 52));
        const from = current;
        let done = false;
        const moved = (async () => move(from.key, from.version, next, markOf(from, next.key), Date.now()))();
        const ended = moved.then(
          () => {
            done = true;
          },
          () => {
            done = true;
          },
        );
        await turns(round % 5);
        // In half of the rounds, the old key is read first, so that every moment of the move is observed in some round.
        let looksBothWays = round % 2 === 0;
        do {
          const arrived = looksBothWays && (await read(next.key)) !== undefined;
          looksBothWays = true;
          const left = await read(from.key);
          assert.ok(left, 'the old key was empty: a mark must take the place of the record in the same step');
          const isMark = left.idleTimeout === 0;
          assert.ok(isMark || !arrived, 'the record was under both keys');
          assert.ok(!isMark || (await read(next.key)), 'the mark existed before the moved record');
          await turns(1);
        } while (!done);
        await ended;
        assert.equal(await moved, true);
        current = next;
      }
    },
  },
  {
    ...moving,
    id: 'storage.move-race',
    title: 'move() is atomic with delete() and touch(): a deleted record is under neither key.',
    async run(context) {
      const { read, insert, move, touch, delete: remove } = await openWhole(context);
      for (const round of numbers(40)) {
        const first = record();
        const next = movedTo(first);
        const mark = markOf(first, next.key);
        await insert(first, Date.now());
        const moves = async () => move(first.key, 1, next, mark, Date.now());
        const removes = async () => remove(first.key);
        const touches = async () => touch(first.key, first.createdAt, first.expiresAt + 1);
        const [won] =
          round % 2 === 0
            ? await Promise.all([moves(), removes(), touches()])
            : await Promise.all([touches(), removes(), moves()]).then((results) => results.reverse());
        const found = fieldsOf(await read(next.key));
        assert.deepEqual(found, won ? next : undefined, 'the result of move() does not match what happened');
        const left = fieldsOf(await read(first.key));
        const deletedOrMarked = left === undefined || left.idleTimeout === 0;
        assert.ok(deletedOrMarked, 'a touch or a move brought a deleted record back');
        assert.ok(won || left === undefined, 'the record was deleted but still exists');
      }
    },
  },
];
