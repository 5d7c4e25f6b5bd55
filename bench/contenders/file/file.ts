import { join } from 'node:path';
import { startSession } from '@store/file';
import type { Backend, Contender } from '../../contender.ts';
import { peer } from '../package-version.ts';
import { openStore } from '../record-store.ts';
import { countFiles, openBare } from './bare.ts';
import { openAdonis, openReactRouter, openRemix, openSessionFileStore } from './peers.ts';

async function openOurs(directory: string) {
  const store = await openStore((options) => startSession({ ...options, directory }));
  /** A single call looks at a limited number of files. */
  async function gc() {
    while ((await store.gc()) > 0);
  }
  return { ...store, gc, rows: () => countFiles(join(directory, 'records')) };
}

const bare: Contender = { kind: 'bare', name: 'fs.promises, readFile, writeFile + rename', open: openBare };
const control: Contender = { ...bare, kind: 'control', name: 'the same code again' };
const ours: Contender = { kind: 'ours', name: '@store/file', open: openOurs };

const sessionFileStore = peer('session-file-store', openSessionFileStore);
const reactRouter = peer('@react-router/node', openReactRouter);
const remix = peer('@remix-run/session', openRemix, { caveat: 'writes in place' });
const adonis = peer('@adonisjs/session', openAdonis, { caveat: 'writes in place' });

export const file: Backend = {
  name: 'file',
  title: 'Files',
  note:
    'One file for each session. Ratios are to the first line, which writes atomically and checks no version. Those that write in ' +
    'place write over the old file, which loses sessions when the process is killed; all others replace it atomically. Only ' +
    '@store/file loses no update. session-file-store has `retries: 0`: with its default of 5 a miss takes a quarter of a second.',
  baseline: bare,
  lines: [bare, control, ours, sessionFileStore, reactRouter, remix, adonis],
  collectors: [sessionFileStore, ours, bare],
};
