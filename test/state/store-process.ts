import { DiskByteStore } from '../../pipeline/state/disk-byte-store.ts';

/**
 * Opens the store named by the first argument and says what it found. With `write` it puts the same number into a
 * thousand entries and the checkpoint, the next number each time, and speaks after the first; until it is killed.
 */
const [path = '', task = 'wait'] = process.argv.slice(2);
const store = new DiskByteStore(path);
const found = `open ${store.size} ${store.checkpoint === null ? 'new' : 'trusted'}\n`;
const keys = Array.from({ length: 1000 }, (_, index) => Buffer.from(`key ${index}`));

function write(round: bigint): void {
  const value = Buffer.from(String(round));
  const changes = keys.map((key) => [key, value] as const);
  store.apply(changes, { changelog: 'rounds', offset: round });
}

let round = store.checkpoint?.offset ?? 0n;
if (task === 'write') write(++round);
process.stdout.write(found);
while (task === 'write') write(++round);
setInterval(() => undefined, 1000);
