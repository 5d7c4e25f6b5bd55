import type { RecordAccess, RecordAccessParts } from './record-access.ts';

/** What the parts of a record store are made from. */
export interface RecordEngine extends RecordAccessParts {
  access: RecordAccess;
}
