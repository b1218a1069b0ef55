// What the mail programs that readers use do not support in a letter, outside the declared enhancements:
// `node check_letter.mjs FILE.html` in a folder where caniemail is installed. Status 1 where there is anything.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// Resolved from the working directory: the script lies in the project, its package in a cache.
const resolved = createRequire(`${process.cwd()}/`).resolve('caniemail');
const { caniemail } = await import(pathToFileURL(resolved));

// Without these the letter is whole, 600 pixels wide and light (docs/letter.md).
const ENHANCEMENTS = new Map([
  ['@media', 'dark mode and narrow screens'],
  ['<style> element', 'the same'],
  ['display:none', 'the preheader'],
  ['<body> element', 'styles on it are repeated inside'],
  ['role attribute', 'layout tables; Windows Mail is out of support'],
  ['word-break', 'long addresses; Windows Mail is out of support'],
]);
const CLIENTS = ['outlook.*', 'gmail.*', 'apple-mail.*'];

const html = readFileSync(process.argv[2], 'utf8');
const unsupported = new Map();
for (const [client, issues] of caniemail({ clients: CLIENTS, html }).issues.errors) {
  for (const { title } of issues) unsupported.set(title, new Set(unsupported.get(title)).add(client));
}
let failed = false;
for (const [title, clients] of unsupported) {
  const why = ENHANCEMENTS.get(title);
  failed ||= !why;
  console.log(`${why ? 'enhancement' : 'UNSUPPORTED'}  ${title}: ${[...clients].join(', ')}${why ? ` (${why})` : ''}`);
}
process.exit(failed ? 1 : 0);
