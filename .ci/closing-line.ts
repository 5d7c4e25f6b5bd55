// Reads the test runner's own JSON report and closes with `N passed, N failed`; fails when no test ran.
import { readFileSync } from 'node:fs';

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: closing-line.ts <report.json>');
const report = JSON.parse(readFileSync(path, 'utf8')) as Report;

const notRun = report.testResults
  .flatMap((file) => file.assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed');
for (const { fullName, status } of notRun) console.log(`${status}: ${fullName}`);

const broken = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
);
for (const { name } of broken) console.log(`failed before its tests: ${name}`);

const failed = report.numFailedTests + broken.length;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;
