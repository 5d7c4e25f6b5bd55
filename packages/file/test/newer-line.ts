import { crc32 } from 'node:zlib';

const body = '2R 0 nobody knows';

/** A file that a newer version of this package wrote. */
export const newerLine = `\n${crc32(body).toString(16).padStart(8, '0')} ${body}`;
