// biome-ignore-all lint/suspicious/noEmptyInterface: applications extend SessionTypes
import type { SessionData } from '@store/core';

/**
 * What this application's sessions hold. Declare it once, in any file of your program, and every session has these types unless a
 * call passes type arguments. Without a declaration, any key is allowed and values are JSON.
 *
 * @example
 * import type { Session } from '@store/session';
 *
 * declare module '@store/session' {
 *   interface SessionTypes {
 *     data: { name: string; visits: number };
 *     flash: { notice: string };
 *   }
 * }
 * const nameOf = (session: Session) => session.get('name', 'stranger'); // string
 */
export interface SessionTypes {}

/** The data type declared in {@link SessionTypes}. */
export type AppData = SessionTypes extends { data: infer Data extends object } ? Data : SessionData;
/** The flash type declared in {@link SessionTypes}. */
export type AppFlash = SessionTypes extends { flash: infer Flash extends object } ? Flash : SessionData;
