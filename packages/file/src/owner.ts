import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode, removeIfThere, writeNew } from './session-files.ts';

/** Who a lock belongs to: one running store. Its file in `owners/` has this as JSON, and its locks are links to that file. */
export interface Identity {
  /** Drawn for this store alone, so that no other is ever taken for it. */
  token: string;
  pid: number;
  /** When the process began, in the kernel's ticks: a process id is used again, the two together are not. Empty where unknown. */
  started: string;
  /** The boot of the machine and the process-id namespace in it: `pid` means something only there. */
  place: string;
}

/**
 * Whether the store that a lock belongs to can still act. `unknown`: its process cannot be seen from here (another
 * container on the same volume, before a reboot, a worker thread that may have ended, a system without /proc).
 */
export type Life = 'alive' | 'dead' | 'unknown';

/** What a lock says about who holds it. */
export interface Holder {
  token: string;
  life: Life;
  /** Milliseconds since the holder last took or released any lock: both change the links of its file, and so its ctime. */
  silence: number;
}

/** Stands for the token of a lock whose content a power cut has eaten. */
const noToken = '0'.repeat(16);

export function createIdentity(): Identity {
  const { pid } = process;
  return { token: randomBytes(8).toString('hex'), pid, started: processOf(pid)?.started ?? '', place };
}

export function writeOwner(folder: string, identity: Identity): string {
  const path = join(folder, identity.token);
  writeNew(path, JSON.stringify(identity));
  return path;
}

/** Reads a lock, or an owner's file. `undefined` when there is none. */
export function readHolder(path: string, self: Identity): Holder | undefined {
  try {
    const silence = Date.now() - statSync(path).ctimeMs;
    const identity = parseIdentity(readFileSync(path, 'utf8'));
    return { token: identity?.token ?? noToken, life: lifeOf(identity, self), silence };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** How long a store that cannot be seen must have done nothing before its file is removed. It would write a new one. */
const forgetAfter = 24 * 3600 * 1000;

/** Removes the files of stores that have ended and left no lock: a lock left behind is one more link to the file. */
export function removeDeadOwners(folder: string, self: Identity): void {
  for (const name of readdirSync(folder)) {
    if (!/^[\da-f]{16}$/.test(name) || name === self.token) continue;
    const path = join(folder, name);
    const holder = readHolder(path, self);
    if (holder && isGone(holder, forgetAfter) && statSync(path, { throwIfNoEntry: false })?.nlink === 1) {
      removeIfThere(path);
    }
  }
}

/** Tells whether a holder has ended, or has to be taken for one that has. */
export function isGone({ life, silence }: Holder, silentFor: number): boolean {
  return life === 'dead' || (life === 'unknown' && silence > silentFor);
}

function parseIdentity(text: string): Identity | undefined {
  try {
    return JSON.parse(text) as Identity;
  } catch {
    return undefined;
  }
}

function lifeOf(identity: Identity | undefined, self: Identity): Life {
  if (identity === undefined || identity.place !== self.place) return 'unknown';
  if (identity.token === self.token) return 'alive';
  // Another store of this process: if it was a worker thread's, only its silence tells that the thread has ended.
  if (identity.pid === self.pid && identity.started === self.started) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return 'dead';
  }
  const found = processOf(identity.pid);
  if (found === undefined || identity.started === '') return 'unknown';
  return found.started === identity.started && !found.ended ? 'alive' : 'dead';
}

/** A process that has ended but that its parent has not asked about yet still has its id. Nothing of it runs any more. */
function processOf(pid: number): { started: string; ended: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets and may hold anything; the 3rd is the state, the 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ended = /[ZX]/.test(fields[0] ?? '') && readdirSync(`/proc/${pid}/task`).length <= 1;
    return { started: fields[19] ?? '', ended };
  } catch {
    return undefined;
  }
}

const place = findPlace();

function findPlace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
