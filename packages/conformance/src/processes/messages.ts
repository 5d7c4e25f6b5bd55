import type { DriverKind, Place } from '../driver/driver-module.ts';
import type { Jobs } from './jobs.ts';

/** What a child process is told when it is made. */
export interface ProcessOrders {
  /** The driver module. */
  url: string;
  kind: DriverKind;
  place: Place;
}

/** From parent to child. */
export type Order =
  | { type: 'start' }
  | { type: 'job'; number: number; job: keyof Jobs; args: unknown[] }
  /** Lets go of the parent, so that only the driver can keep the process alive. */
  | { type: 'leave' };

/** From child to parent. */
export type Answer =
  | { type: 'ready' }
  | { type: 'started' }
  | { type: 'done'; number: number; value: unknown }
  | { type: 'failed'; number?: number; message: string };
