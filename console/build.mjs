// Makes the console's files: build.mjs FOLDER STAMP DEPFILE. Everything comes out of console/ and its node_modules; the
// network is not asked.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const [folder, stamp, depfile] = process.argv.slice(2).map((name) => path.resolve(name));
const copies = { 'index.html': 'index.html', 'icon.svg': 'icon.svg', 'node_modules/world-atlas/land-110m.json': 'world.json' };
const libraries = ['d3-geo', 'd3-array', 'internmap', 'topojson-client', 'uplot', 'world-atlas'];

/** What the libraries' licenses want to be said. */
async function licenses() {
  const texts = await Promise.all(libraries.map(async (name) => {
    const { version } = JSON.parse(await readFile(path.join(here, 'node_modules', name, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${await readFile(path.join(here, 'node_modules', name, 'LICENSE'), 'utf8')}`;
  }));
  return texts.join('\n\n');
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const made = await build({
  absWorkingDir: here,
  entryPoints: { console: 'src/main.ts', 'console-styles': 'styles/console.css' },
  outdir: folder,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
for (const [from, to] of Object.entries(copies)) await copyFile(path.join(here, from), path.join(folder, to));
await writeFile(path.join(folder, 'licenses.txt'), await licenses());
await writeFile(stamp, '');
const inputs = [...Object.keys(made.metafile.inputs), ...Object.keys(copies), 'build.mjs', 'package-lock.json'];
const escaped = inputs.map((name) => path.join(here, name).replaceAll(' ', '\\ '));
await writeFile(depfile, `${path.relative(process.cwd(), stamp)}: ${escaped.join(' ')}\n`);
