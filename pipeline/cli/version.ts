import { readFileSync } from 'node:fs';

/** Version of this package. */
export function version(): string {
  const path = import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json'; // compiled: under dist/
  const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
