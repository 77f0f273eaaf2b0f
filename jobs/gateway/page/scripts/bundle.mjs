// Bundles with esbuild: `page` into dist/ (the default), `unit` and `browser` tests into build/.
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function page() {
  const dist = join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  cpSync(join(root, 'public'), dist, { recursive: true });
  await build({
    entryPoints: [join(root, 'src/main.ts')],
    outfile: join(dist, 'page.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: 'linked',
    logLevel: 'warning',
  });
}

async function tests(kind) {
  const from = join(root, 'test', kind);
  const into = join(root, 'build', kind);
  rmSync(into, { recursive: true, force: true });
  await build({
    entryPoints: readdirSync(from).filter((name) => name.endsWith('.ts')).map((name) => join(from, name)),
    outdir: into,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node18',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

const wanted = process.argv.slice(2);
for (const kind of wanted.length === 0 ? ['page'] : wanted) {
  await (kind === 'page' ? page() : tests(kind));
}
