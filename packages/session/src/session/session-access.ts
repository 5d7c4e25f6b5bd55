import { assertInTime, type SessionPhase } from './write-permission.ts';

/** The one gate through which a session is read and written: it knows whether that is allowed, and that it happened. */
export interface SessionAccess {
  reading(): void;
  /** @throws {StoreError} when the session is read-only, or the change comes too late. */
  writing(needsCookie?: boolean): void;
  /** To be called after a change; `happened` is `false` when it changed nothing. */
  changed(happened?: boolean): void;
  /** Whether reading a flash value may use it up. */
  canUseFlash(): boolean;
  isUsed(): boolean;
  setPhase(phase: SessionPhase): void;
}

export interface AccessSetup {
  /** Makes the error that every write throws, when the session is read-only. */
  readOnly?: (() => Error) | undefined;
  /** Told of every change made after the response left. */
  onLateChange(): void;
}

export function createAccess({ readOnly, onLateChange }: AccessSetup): SessionAccess {
  let phase: SessionPhase = 'open';
  let used = false;
  return {
    reading() {
      used = true;
    },
    writing(needsCookie = false) {
      used = true;
      if (readOnly) throw readOnly();
      assertInTime(phase, needsCookie);
    },
    changed(happened = true) {
      if (happened && phase !== 'open') onLateChange();
    },
    canUseFlash: () => !readOnly && phase !== 'closed',
    isUsed: () => used,
    setPhase(next) {
      phase = next;
    },
  };
}
