// What the Maven build calls: makes dist/ if it is older than what it is made from, and before that fetches the
// packages if package-lock.json is newer than what is there. Touches nothing otherwise, in some milliseconds.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, 'node_modules', '.package-lock.json');
const made = join(root, 'dist', 'page.js');
const LEAST_NODE = 18;

function changed(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(path) {
  return statSync(path).isDirectory()
    ? Math.max(changed(path), ...readdirSync(path).map((name) => newest(join(path, name))))
    : changed(path);
}

function npm(...args) {
  const { status, error } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error(`page: npm ${args.join(' ')} failed in ${root}${error === undefined ? '' : `: ${error.message}`}`);
    if (args[0] === 'ci') {
      console.error('page: it needs the npm registry, once and after each change of package-lock.json');
    }
    process.exit(1);
  }
}

if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
  console.error(`page: node is ${process.version}; ${LEAST_NODE} or newer is needed`);
  process.exit(1);
}
if (changed(installed) < changed(join(root, 'package-lock.json'))) {
  npm('ci', '--silent');
}
const sources = ['src', 'public', 'scripts', 'package.json', 'tsconfig.json'].map((name) => newest(join(root, name)));
if (changed(made) < Math.max(changed(installed), ...sources)) {
  npm('run', '--silent', 'build');
}
