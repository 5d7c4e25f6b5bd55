import { assertSubject, createSessionId, type SaveOptions, type StoredSession } from '@store/core';
import { assertSeconds } from '@store/core/driver';
import { replayData, trackData } from './data-changes.ts';
import { replayFlash, trackFlash } from './flash-changes.ts';
import { createFormFlash } from './form-flash.ts';
import type { SchemaCheck } from './schema-check.ts';
import type { Session } from './session.ts';
import { type AccessSetup, createAccess } from './session-access.ts';
import { createFlash } from './session-flash.ts';
import {
  type IdentifiedSession,
  identity,
  type SessionIdentity,
  sessionProperties,
} from './session-identity.ts';
import type { SessionJournal, SessionWrite } from './session-journal.ts';
import { createValues } from './session-values.ts';

export interface SessionSetup extends AccessSetup {
  /** What `load` answered, or an empty session. Never changed. */
  stored: StoredSession;
  schema: SchemaCheck;
}

/** Makes the session object of one request, and the journal from which its changes are written. */
export function createSession(setup: SessionSetup): { session: Session; journal: SessionJournal } {
  const access = createAccess(setup);
  const { reading, writing } = access;
  const misfits = setup.schema.misfits(setup.stored.data);
  let base = setup.stored;
  let data = trackData(base.data, misfits);
  let flash = trackFlash(base.flash);
  // Whether the session needs an id other than the stored one. It is drawn when asked for: most visitors need none.
  let isMoving = !base.exists;
  let newId: string | undefined;
  let options: SaveOptions = {};
  let ended: StoredSession | undefined;
  let invalidated = false;

  const idNow = () => {
    if (!isMoving) return base.id;
    newId ??= createSessionId();
    return newId;
  };
  const move = () => {
    isMoving = true;
    newId = undefined;
  };

  const flashMethods = createFlash(() => flash, access);
  const session: Omit<Session, keyof SessionIdentity> & IdentifiedSession = {
    __proto__: sessionProperties,
    [identity]: {
      id() {
        reading();
        return idNow();
      },
      isNew() {
        reading();
        return !base.exists;
      },
      subject() {
        reading();
        return options.subject ?? base.subject;
      },
    },
    ...createValues(() => data, access, setup.schema),
    ...flashMethods,
    ...createFormFlash(flashMethods),
    regenerate() {
      writing(true);
      move();
    },
    invalidate() {
      writing(true);
      if (base.exists) ended = base;
      invalidated = true;
      base = { id: '', exists: false, data: {}, flash: {} };
      data = trackData({}, []);
      flash = trackFlash({});
      options = {};
      move();
    },
    setSubject(subject) {
      reading();
      assertSubject(subject);
      if (subject === (options.subject ?? base.subject)) return;
      writing(true);
      options = { ...options, subject };
      move();
    },
    setIdleTimeout(seconds) {
      writing(true);
      assertSeconds('@store/session', 'setIdleTimeout()', seconds);
      options = { ...options, idleTimeout: seconds };
    },
  };

  const isChanged = () =>
    data.isChanged() || flash.isChanged() || (base.exists && (isMoving || options.idleTimeout !== undefined));

  function take(): SessionWrite {
    const changed = isChanged();
    const isLasting = base.exists || changed || options.subject !== undefined;
    const dataChanges = data.take();
    const flashChanges = flash.take();
    const write: SessionWrite = {
      ended,
      invalidated,
      base,
      id: isLasting ? idNow() : '',
      moves: base.exists && isMoving,
      changed,
      change: (current) => ({
        data: replayData(dataChanges, current.data),
        flash: replayFlash(flashChanges, current.flash),
      }),
      options,
    };
    base = { ...base, ...options, id: write.id, exists: isLasting };
    isMoving = !isLasting;
    newId = undefined;
    options = {};
    ended = undefined;
    return write;
  }

  const journal = { misfits, isUsed: access.isUsed, setPhase: access.setPhase, isChanged, take };
  return { session: session as IdentifiedSession & Session, journal };
}
