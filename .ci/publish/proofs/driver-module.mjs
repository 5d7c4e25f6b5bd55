// The module that a driver author passes to the conformance suite.
import { startSession } from './example.js';

export const start = (options) => startSession(options);
