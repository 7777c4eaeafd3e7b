import { fileURLToPath } from 'node:url';

/** Path of a file under `compose/`; from source and from `dist/` the project's root is not equally far. */
export function composeFile(name: string): string {
  const root = import.meta.url.includes('/dist/pipeline/') ? '../../..' : '../..';
  return fileURLToPath(new URL(`${root}/compose/${name}`, import.meta.url));
}
