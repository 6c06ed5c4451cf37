// Runs every journey, or those whose file name has one of the words given in it.

import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

const folder = import.meta.dirname;
const words = process.argv.slice(2);
const files = (await readdir(folder))
  .filter((name) => name.endsWith('.test.mjs'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
  .map((name) => path.join(folder, name));

if (files.length === 0) {
  console.error(`no journey has ${words.join(' or ')} in its name`);
  process.exit(1);
}

// One file after the other: two browsers and two servers at once make two cores slow and tests impatient.
const node = ['--test', '--test-reporter=spec', '--test-concurrency=1', '--test-timeout=600000', ...files];
spawn(process.execPath, node, { stdio: 'inherit' }).on('exit', (status) => process.exit(status ?? 1));
