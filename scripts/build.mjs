// Compiles TypeScript to dist/ when a source is newer than the last build, so that every command runs today's code.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'dist/.built');
const folders = ['pipeline', 'processors', 'scripts'];

function newestIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const times = entries.map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  return Math.max(statSync(folder).mtimeMs, ...times);
}

function builtAt() {
  try {
    return statSync(stamp).mtimeMs;
  } catch {
    return 0; // no stamp: never built
  }
}

const newest = Math.max(
  ...folders.map((name) => newestIn(join(root, name))),
  statSync(join(root, 'package.json')).mtimeMs,
);
function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    return null;
  }
}

const compiler = findCompiler();
if (compiler === null) {
  const isInstall = process.env.npm_lifecycle_event === 'prepare'; // npm ci --omit=dev: dist/ may be brought along later
  if (builtAt() === 0)
    console.error('dist/ is not built and TypeScript is not installed; run npm ci without --omit=dev');
  process.exit(builtAt() > 0 || isInstall ? 0 : 1);
}
if (newest >= builtAt()) {
  const startedAt = new Date();
  const sources = folders.filter((name) => name !== 'scripts');
  for (const name of sources) rmSync(join(root, 'dist', name), { recursive: true, force: true });
  rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
}
