export { type FileSessionOptions, startSession } from './start-session.ts';
