import type { Backend, Contender } from '../../contender.ts';
import { bareContender } from './bare.ts';
import { connectPgSimplePeer } from './connect-pg-simple.ts';
import { luciaPeer } from './lucia-adapter.ts';
import { plainIdsContender } from './plain-ids.ts';
import { poolSize } from './postgres-contender.ts';
import { storePostgresContender } from './store-postgres.ts';

const bare = bareContender('bare: node-postgres, our schema');
const control = bareContender('A/A control: the bare line again');
const plain = plainIdsContender('bare: plain ids, expiry index');
const ours = storePostgresContender('@store/postgres');
const unprepared: Contender = {
  ...storePostgresContender('@store/postgres, prepare: false', false),
  slow: true,
};

export const postgres: Backend = {
  name: 'postgres',
  title: 'PostgreSQL',
  blocks: {
    times: 2,
    sizes: new Map([
      [1, 25],
      [32, 128],
    ]),
  },
  comparisons: [
    {
      title: 'One pool each, one server',
      note:
        `All: a pool of ${poolSize} connections to one PostgreSQL on the same machine, over TCP; fsync on, all settings as they come. ` +
        'Tables are vacuumed and analyzed between operations, untimed, and not by the server itself. Ratios are to the first line: ' +
        'named statements through `pool.query` on the table of @store/postgres, ids hashed. The second is the same code again: what ' +
        "it differs by is noise. Processor time is the client's alone, without the server's.",
      baseline: bare,
      lines: [bare, control, ours, unprepared, plain, connectPgSimplePeer, luciaPeer],
    },
  ],
  collectors: [plain, bare, ours, connectPgSimplePeer, luciaPeer],
};
