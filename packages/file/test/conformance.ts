import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverModule, Place } from '@store/conformance';
import { startSession } from '@store/file';
import { createLayout } from '../src/directory/layout.ts';
import { openDirectory } from '../src/directory/open-directory.ts';
import { createFileStorage } from '../src/file-storage.ts';

const sessions = ({ directory }: Place) => join(directory, 'sessions');
const takenAway = ({ directory }: Place) => join(directory, 'taken-away');

export const capabilities: DriverModule['capabilities'] = {
  subjects: true,
  savesInOneStep: true,
  sharedBetweenProcesses: true,
};

export const start: DriverModule['start'] = (options, place) =>
  startSession({ ...options, directory: sessions(place) });

export const openStorage: DriverModule['openStorage'] = (place) =>
  createFileStorage(openDirectory(sessions(place)), { durable: false, onDamaged: () => {} });

// Names as well as contents.
export const dump: DriverModule['dump'] = (place) =>
  readdirSync(sessions(place), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n');

export const peek: DriverModule['peek'] = (key, place) => {
  const path = createLayout(sessions(place)).record(key);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

export const breakBackend: DriverModule['breakBackend'] = (place) =>
  renameSync(sessions(place), takenAway(place));

export const mendBackend: DriverModule['mendBackend'] = (place) =>
  renameSync(takenAway(place), sessions(place));
