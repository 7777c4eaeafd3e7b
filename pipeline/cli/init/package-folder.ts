import { fileURLToPath } from 'node:url';

/** Folder of this package: where its package.json lies. */
export const packageFolder = fileURLToPath(new URL('../../../../', import.meta.url));

/** Folder of the files that `init` and `new` copy. */
export const templatesFolder = fileURLToPath(new URL('../../../../templates/', import.meta.url));
