import { fileURLToPath } from 'node:url';

/** Root of the package, seen from source and from dist/ alike. */
const root = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url);

/** The topology that `topology:up` runs when none is named. */
export const DEFAULT_TOPOLOGY = fileURLToPath(new URL('topology.yaml', root));
