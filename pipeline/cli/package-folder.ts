import { fileURLToPath } from 'node:url';

const up = import.meta.url.includes('/dist/pipeline/') ? '../../../' : '../../';

/** Folder of this package, where its package.json lies; from source and from `dist/` it is not equally far. */
export const packageFolder = fileURLToPath(new URL(up, import.meta.url));
