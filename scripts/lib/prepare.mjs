/** Brings a clone to the point where the product can run: packages installed, web built. Each step only when needed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, runOnNode24 } from './run.mjs';

const INSTALL_STAMP = join(root, 'node_modules/.scc-installed');
const WEB_STAMP = join(root, 'web/dist/.scc-built');

const say = (ja, en) => process.stdout.write(`• ${ja} / ${en} ... `);

async function timed(ja, en, work) {
  const from = performance.now();
  say(ja, en);
  const ticking = setInterval(() => process.stdout.write('.'), 3000);
  try {
    await work();
  } finally {
    clearInterval(ticking);
  }
  process.stdout.write(` ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
}

const digest = (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

const stampIs = (file, value) => existsSync(file) && readFileSync(file, 'utf8') === value;

/**
 * Whether npm has already installed what package-lock.json says, by the list it keeps in node_modules: somebody may have run
 * `npm ci` by hand. Optional packages may be missing, as those for other platforms are.
 */
function isInstalled() {
  const listFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(listFile)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(listFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || entry.devOptional || present[path]?.version === entry.version);
}

/** Installs exactly what package-lock.json says, when that changed since the last time. */
export async function installPackages() {
  const wanted = digest([readFileSync(join(root, 'package-lock.json'))]);
  if (stampIs(INSTALL_STAMP, wanted)) return;
  if (isInstalled()) return writeFileSync(INSTALL_STAMP, wanted);
  await timed('パッケージを導入しています (数分かかることがあります)', 'installing packages (may take minutes)', () =>
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true }),
  );
  writeFileSync(INSTALL_STAMP, wanted);
}

/** Every file below a folder in a stable order, without what is built. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.includes('/dist/') && !file.includes('/node_modules/') && !/\.test\.tsx?$/.test(file))
    .sort();
}

/** Builds the web pages, when their sources changed since the last build. */
export async function buildWeb() {
  const sources = [...filesBelow(join(root, 'web')), ...filesBelow(join(root, 'shared')), join(root, 'package-lock.json')];
  const wanted = digest(sources.flatMap((file) => [file.slice(root.length), readFileSync(file)]));
  if (stampIs(WEB_STAMP, wanted)) return;
  await timed('画面を作成しています', 'building the web pages', () =>
    runOnNode24('node_modules/vite/bin/vite.js', ['build', 'web', '--logLevel', 'error'], { quiet: true }),
  );
  mkdirSync(join(root, 'web/dist'), { recursive: true });
  writeFileSync(WEB_STAMP, wanted);
}

/** All of it. */
export async function prepare() {
  await installPackages();
  await buildWeb();
}
