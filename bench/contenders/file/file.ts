import type { Backend } from '../../contender.ts';
import { adonisPeer } from './adonis.ts';
import { bareContender } from './bare.ts';
import { reactRouterPeer } from './react-router.ts';
import { remixPeer } from './remix.ts';
import { sessionFileStorePeer } from './session-file-store.ts';
import { storeFileContender } from './store-file.ts';

const bare = bareContender('bare: fs.promises readFile, writeFile + rename');
const control = bareContender('A/A control: the bare line again');
const ours = storeFileContender('@store/file');

export const file: Backend = {
  name: 'file',
  title: 'Files',
  comparisons: [
    {
      title: 'One file for a session',
      note:
        'Ratios are to the first line, which writes atomically and checks no version; the second is the same code again: what it ' +
        'differs by is noise. Only the bare lines, session-file-store, React Router and @store/file replace sessions ' +
        'atomically; Remix and AdonisJS write over what is there, which loses sessions when the process is killed. Only @store/file ' +
        'loses no update. session-file-store has `retries: 0`: with its default of 5 a miss takes a quarter of a second.',
      baseline: bare,
      lines: [bare, control, ours, sessionFileStorePeer, reactRouterPeer, remixPeer, adonisPeer],
    },
  ],
  collectors: [sessionFileStorePeer, ours, bare],
};
