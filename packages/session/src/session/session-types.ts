import type { SessionData } from '@store/core';

/**
 * What the sessions of this application hold. Declare it once, in a file of your program, and every session has these types
 * unless a call names its own. Undeclared, keys are open and values are JSON.
 *
 * @example
 * declare module '@store/session' {
 *   interface SessionTypes {
 *     data: { name: string; cart: string[] };
 *     flash: { notice: string };
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface SessionTypes {}

/** The data that {@link SessionTypes} declares. */
export type AppData = SessionTypes extends { data: infer Data extends object } ? Data : SessionData;
/** The flash values that {@link SessionTypes} declares. */
export type AppFlash = SessionTypes extends { flash: infer Flash extends object } ? Flash : SessionData;
