import type { Awaitable } from '@store/core';
import type { Contender } from '../contender.ts';
import type { DiskUse } from './scale-results.ts';

/** A backend to be measured among ever more sessions. */
export interface ScaleSubject {
  name: string;
  title: string;
  /** Ours first. */
  contenders: Contender[];
  /** Looks at what a contender has in its directory. What earlier writes left to do is done first. Never timed. */
  inspect(directory: string): Awaitable<Inspection>;
}

export interface Inspection {
  disk: DiskUse;
  /** What the backend looks like inside: depth of trees, entries of directories. */
  structure: string;
}
