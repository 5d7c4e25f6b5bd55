import type { OpenDescriptor } from './open-descriptor.ts';

// https://sqlite.org/fileformat2.html#the_write_ahead_log
const headerLength = 32;
const frameHeaderLength = 24;
const salts = { at: 16, inFrame: 8, length: 8 };

/** What tells one run through the log from the next: numbers that are drawn when it begins again. */
export function generationOf(log: OpenDescriptor): Buffer | undefined {
  const header = log.read(0, headerLength);
  return header?.length === headerLength ? header.subarray(salts.at, salts.at + salts.length) : undefined;
}

/** Whether the log holds a version of the database's first page that begins with these bytes. Reads all of the log. */
export function holdsFirstPage(log: OpenDescriptor, start: Buffer): boolean {
  const header = log.read(0, headerLength);
  if (header?.length !== headerLength) return false;
  const pageSize = header.readUInt32BE(8);
  const generation = header.subarray(salts.at, salts.at + salts.length);
  for (let at = headerLength; ; at += frameHeaderLength + pageSize) {
    const frame = log.read(at, frameHeaderLength + start.length);
    if (frame?.length !== frameHeaderLength + start.length) return false;
    // What is left of the run before.
    if (!frame.subarray(salts.inFrame, salts.inFrame + salts.length).equals(generation)) return false;
    if (frame.readUInt32BE(0) === 1 && frame.subarray(frameHeaderLength).equals(start)) return true;
  }
}
