import type { Session } from './session.ts';

/** What a session's properties answer at this moment. */
export interface SessionIdentity {
  id(): string;
  isNew(): boolean;
  subject(): string | undefined;
}

/** Where a session keeps its {@link SessionIdentity}. */
export const identity = Symbol('identity');

/** A session before its prototype's properties are counted in. */
export interface IdentifiedSession {
  __proto__: object;
  [identity]: SessionIdentity;
}

/** The prototype of every session. Why its properties are not the session's own: docs/decisions/004. */
export const sessionProperties: Pick<Session, keyof SessionIdentity> & ThisType<IdentifiedSession> = {
  get id() {
    return this[identity].id();
  },
  get isNew() {
    return this[identity].isNew();
  },
  get subject() {
    return this[identity].subject();
  },
};
