import assert from 'node:assert/strict';
import { runConformance } from '@store/conformance';

const report = await runConformance(new URL('./driver-module.mjs', import.meta.url));
assert.ok(report.conforms);
console.log('proved');
process.exit();
