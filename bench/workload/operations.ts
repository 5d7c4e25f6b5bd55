import type { SessionContent } from '@store/core';
import type { OpenContender } from '../contender.ts';
import { countView, sessionContent, sessionId } from './content.ts';

/** A contender with what this run knows of its sessions. */
export interface Entrant {
  name: string;
  store: OpenContender;
  /** Ids that `save new` made and `destroy` has not removed yet. */
  created: string[];
}

/** One block, ready to be timed. */
export interface Block {
  count: number;
  run(index: number): unknown;
  /** Called when all are done. */
  finished?(): void;
}

export interface Range {
  /** The first number of this block: the same for all contenders, and new in every block. */
  from: number;
  count: number;
  /** How many sessions are there all the time, under the numbers from 0. */
  resident: number;
}

/** One column of the workload. */
export interface Operation {
  name: string;
  /** What it costs comes in lumps, such as checkpoints: a whole round is one sample. Of a reading operation each block is one. */
  writes: boolean;
  /** Makes ids, content and bases, untimed; `undefined` when the contender has no such operation. */
  prepare(entrant: Entrant, range: Range): Promise<Block | undefined>;
}

const firstNew = 10_000_000;
const firstMissing = 1_000_000_000;
/** Prime to any number of residents in use, so that a block visits sessions far apart, none twice. */
const stride = 7919;

const ids = (count: number, numberOf: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => sessionId(numberOf(index)));
const residents = ({ from, count, resident }: Range) =>
  ids(count, (index) => ((from + index) * stride) % resident);
const at = <T>(list: T[], index: number): T => list[index] as T;

/** In this order: `destroy` removes what `save new` made, so that every round begins with the same sessions. */
export const operations: Operation[] = [
  {
    name: 'save new',
    writes: true,
    async prepare({ store, created }, { from, count }) {
      const fresh = ids(count, (index) => firstNew + from + index);
      const contents = Array.from({ length: count }, (_, index) => sessionContent(from + index));
      return {
        count,
        run: (index) => store.saveNew(at(fresh, index), at(contents, index)),
        finished: () => created.push(...fresh),
      };
    },
  },
  {
    name: 'save over',
    writes: true,
    async prepare({ store }, range) {
      if (!store.saveOver) return undefined;
      const present = residents(range);
      const contents: SessionContent[] = present.map((_, index) => sessionContent(range.from + index));
      return {
        count: range.count,
        run: (index) => store.saveOver?.(at(present, index), at(contents, index)),
      };
    },
  },
  {
    name: 'load hit',
    writes: false,
    async prepare({ store }, range) {
      const present = residents(range);
      return { count: range.count, run: (index) => store.load(at(present, index)) };
    },
  },
  {
    name: 'load miss',
    writes: false,
    async prepare({ store }, { from, count }) {
      const missing = ids(count, (index) => firstMissing + from + index);
      return { count, run: (index) => store.load(at(missing, index)) };
    },
  },
  {
    name: 'touch',
    writes: true,
    async prepare({ store }, range) {
      if (!store.touch) return undefined;
      const present = residents(range);
      const loaded: unknown[] = [];
      for (const id of present) loaded.push(await store.load(id));
      return { count: range.count, run: (index) => store.touch?.(at(present, index), loaded[index]) };
    },
  },
  {
    name: 'request',
    writes: true,
    async prepare({ store }, range) {
      if (!store.update) return undefined;
      const present = residents(range);
      return {
        count: range.count,
        async run(index) {
          const id = at(present, index);
          const loaded = await store.load(id);
          await store.update?.(id, loaded, countView);
        },
      };
    },
  },
  {
    name: 'destroy',
    writes: true,
    async prepare({ store, created }, { count }) {
      const doomed = created.slice(0, count);
      return {
        count: doomed.length,
        run: (index) => store.destroy(at(doomed, index)),
        finished: () => created.splice(0, doomed.length),
      };
    },
  },
];
