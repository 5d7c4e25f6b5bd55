import type { DriverKind, Place } from '../driver/driver-module.ts';
import type { Jobs } from './jobs.ts';
import type { StorageJobs } from './storage-jobs.ts';

/** All jobs that another process can run. */
export type AllJobs = Jobs & StorageJobs;

/** Jobs without arguments, which a process can run after it has disconnected from its parent. */
export type LastJob = 'collectAll' | 'close';

/** Exit code of a process that exited while one of its last jobs was pending, as Node does for a pending top-level await. */
export const endedEarly = 13;

/** What a child process receives when it is spawned. */
export interface ProcessOrders {
  /** The driver module. */
  url: string;
  kind: DriverKind;
}

/** From parent to child. */
export type Order =
  /** Starts a store in a place, or with `bare` opens the storage there. */
  | { type: 'start'; place: Place; bare: boolean }
  | { type: 'job'; number: number; job: keyof AllJobs; args: unknown[] }
  /** Disconnects from the parent, so that only the driver can keep the process alive, and runs the last jobs one by one. */
  | { type: 'leave'; lastJobs: LastJob[] };

/** From child to parent. */
export type Answer =
  | { type: 'ready' }
  | { type: 'started' }
  | { type: 'done'; number: number; value: unknown }
  | { type: 'failed'; number?: number; message: string };
