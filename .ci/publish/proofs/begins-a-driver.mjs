import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';

await rm('my-driver', { recursive: true, force: true }); // left over from the previous proof in this folder
await import('./example.js');
assert.equal(JSON.parse(await readFile('my-driver/package.json', 'utf8')).name, '@acme/sessions');
for (const path of ['src/sessions.ts', 'conformance.ts', '.gitignore', '.changeset/config.json']) {
  assert.ok(existsSync(`my-driver/${path}`), path);
}
console.log('proved');
