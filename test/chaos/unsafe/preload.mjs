// Turns one safeguard of a worker off, for the chaos tests alone: they prove with it that their verifier sees what the
// safeguard prevents. Nothing of tapline reads TAPLINE_UNSAFE; it works in a process started with
// `node --import test/chaos/unsafe/preload.mjs`, which puts modules of this folder in the place of safe ones.
import { register } from 'node:module';

/** The module that is replaced, what replaces it, and where only one importer is to get that, this one. */
const REPLACEMENTS = {
  'commit-before-produce': [['runtime/delivery.js', 'commit-before-produce.mjs']],
  'no-fencing': [['kafka/transactional-producer.js', 'no-fencing.mjs']],
  'no-epoch-guard': [
    ['kafka/epoch.js', 'endless-epoch.mjs'],
    ['kafka/failure.js', 'commits-across-rejoins.mjs', 'kafka/batch-run.js'],
  ],
};

const name = process.env['TAPLINE_UNSAFE'] ?? '';
const replacements = REPLACEMENTS[name];
if (!replacements)
  throw new Error(`TAPLINE_UNSAFE must be one of ${Object.keys(REPLACEMENTS).join(', ')}, not "${name}"`);
const data = replacements.map(([replaced, by, importer = '']) => ({
  replaced: `/pipeline/${replaced}`,
  by: new URL(`./${by}`, import.meta.url).href,
  importer,
}));
register('./replace.mjs', import.meta.url, { data });
