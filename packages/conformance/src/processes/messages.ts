import type { DriverKind, Place } from '../driver/driver-module.ts';
import type { Jobs } from './jobs.ts';
import type { StorageJobs } from './storage-jobs.ts';

/** Everything that another process can be asked to do. */
export type AllJobs = Jobs & StorageJobs;

/** Jobs without arguments, which a process can do after it has let go of its parent. */
export type LastJob = 'collectAll' | 'close';

/** Exit code of a process that ended while one of its last jobs was pending: Node's own for a pending top-level await. */
export const endedEarly = 13;

/** What a child process is told when it is made. */
export interface ProcessOrders {
  /** The driver module. */
  url: string;
  kind: DriverKind;
}

/** From parent to child. */
export type Order =
  /** Starts a store in a place or, `bare`, opens the storage there. */
  | { type: 'start'; place: Place; bare: boolean }
  | { type: 'job'; number: number; job: keyof AllJobs; args: unknown[] }
  /** Lets go of the parent, so that only the driver can keep the process alive, and does the last jobs one after another. */
  | { type: 'leave'; lastJobs: LastJob[] };

/** From child to parent. */
export type Answer =
  | { type: 'ready' }
  | { type: 'started' }
  | { type: 'done'; number: number; value: unknown }
  | { type: 'failed'; number?: number; message: string };
