// What the author of a driver hands to the conformance suite.
import { startSession } from './example.js';

export const start = (options) => startSession(options);
