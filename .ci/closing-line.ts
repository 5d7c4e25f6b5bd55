// Reads the test runner's own JSON reports, names the tests that did not pass (failed ones last), and ends with
// `N passed, N failed`. Fails if any report contains no tests.
import { readFileSync } from 'node:fs';

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

const paths = process.argv.slice(2);
if (paths.length === 0) throw new Error('usage: closing-line.ts <report.json> ...');
const reports = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')) as Report);
const files = reports.flatMap(({ testResults }) => testResults);

const notRun = files
  .flatMap((file) => file.assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed');
for (const { fullName, status } of notRun) console.log(`${status}: ${fullName}`);

const broken = files.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
);
for (const { name } of broken) console.log(`failed before its tests: ${name}`);

for (const { name, assertionResults } of files)
  for (const { fullName, status, failureMessages } of assertionResults)
    if (status === 'failed') console.log(`failed: ${fullName} (${name})\n${failureMessages[0] ?? ''}`);

const sum = (count: (report: Report) => number) =>
  reports.reduce((total, report) => total + count(report), 0);
const failed = sum(({ numFailedTests }) => numFailedTests) + broken.length;
console.log(`${sum(({ numPassedTests }) => numPassedTests)} passed, ${failed} failed`);
process.exitCode = failed === 0 && reports.every(({ numPassedTests }) => numPassedTests > 0) ? 0 : 1;
