// The console's source, looked at without a browser: TypeScript's compiler, what may not stand in it, how big it is, and its
// pure rules (tests/browser/rules). check.mjs CONSOLE SITE; TAP.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const [source, site] = process.argv.slice(2).map((name) => path.resolve(name));
const here = path.dirname(fileURLToPath(import.meta.url));
const need = createRequire(path.join(source, 'package.json'));
const MOST_BYTES = 200_000; // gzip, of all that a browser can ask for
const MOST_LINES = 250;
// each of these makes HTML, style or code out of text, or asks elsewhere
const FORBIDDEN = [/innerHTML/, /outerHTML/, /insertAdjacentHTML/, /document\.write/, /\beval\(/, /new Function/, /DOMParser/,
  /createContextualFragment/, /srcdoc/, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/, /setAttribute\('style'/];

let number = 0;
let failed = 0;

async function check(name, act) {
  number += 1;
  let wrong;
  try {
    wrong = (await act()) ?? [];
  } catch (error) {
    wrong = [error.stack];
  }
  failed += wrong.length > 0 ? 1 : 0;
  console.log(`${wrong.length > 0 ? 'not ok' : 'ok'} ${number} - ${name}`);
  for (const line of wrong.join('\n').split('\n').filter(Boolean)) console.log(`# ${line}`);
}

async function files(folder, ...endings) {
  const all = await readdir(folder, { recursive: true });
  return all.filter((name) => endings.some((end) => name.endsWith(end))).map((name) => path.join(folder, name));
}

await check('types', () => {
  const done = spawnSync(process.execPath, [need.resolve('typescript/bin/tsc'), '-p', source], { encoding: 'utf8' });
  return done.status === 0 ? [] : [done.stdout + done.stderr];
});

await check('forbidden', async () => {
  const wrong = [];
  for (const file of await files(path.join(source, 'src'), '.ts')) {
    const lines = (await readFile(file, 'utf8')).split('\n');
    lines.forEach((line, i) => FORBIDDEN.filter((f) => f.test(line)).forEach((f) => wrong.push(`${file}:${i + 1}: ${f}`)));
  }
  return wrong;
});

await check('lengths', async () => {
  const wrong = [];
  for (const file of await files(path.join(source, 'src'), '.ts')) {
    const lines = (await readFile(file, 'utf8')).split('\n').length;
    if (lines > MOST_LINES) wrong.push(`${file}: ${lines} lines`);
  }
  return wrong;
});

await check('page_has_nothing_inline', async () => {
  const page = await readFile(path.join(site, 'index.html'), 'utf8');
  return [/<script(?![^>]*\bsrc=)/, /<style/, /\sstyle=/, /\son[a-z]+=/, /\/\//].filter((f) => f.test(page)).map(String);
});

await check('bytes', async () => {
  const sizes = await Promise.all((await files(site, '.js', '.css', '.html', '.json', '.svg')).map(async (file) => (
    [path.basename(file), gzipSync(await readFile(file), { level: 9 }).length])));
  const sum = sizes.reduce((all, [, size]) => all + size, 0);
  console.log(`# ${sum} bytes: ${sizes.map(([name, size]) => `${name} ${size}`).join(', ')}`);
  return sum <= MOST_BYTES ? [] : [`${sum} bytes, ${MOST_BYTES} at most`];
});

// The rules are bundled, so that they run in any node.
const { build } = await import(pathToFileURL(need.resolve('esbuild')));
const folder = await mkdtemp(path.join(os.tmpdir(), 'nearcast-console-'));
for (const file of await files(path.join(here, 'rules'), '.ts')) {
  const out = path.join(folder, `${path.basename(file, '.ts')}.mjs`);
  await build({
    entryPoints: [file], outfile: out, bundle: true, format: 'esm', platform: 'node', alias: { console: path.join(source, 'src') },
    nodePaths: [path.join(source, 'node_modules')], logLevel: 'warning',
  });
  // what modules touch of a browser when they are loaded
  globalThis.document ??= { addEventListener() {} };
  for (const [name, act] of Object.entries((await import(pathToFileURL(out))).rules)) await check(name, act);
}
await rm(folder, { recursive: true });
console.log(`1..${number}`);
process.exit(failed > 0 ? 1 : 0);
