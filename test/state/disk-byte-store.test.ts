import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FatalError, RetriableError } from '../../pipeline/errors/pipeline-error.ts';
import type { Checkpoint } from '../../pipeline/ports/store.ts';
import { DiskByteStore } from '../../pipeline/state/disk-byte-store.ts';
import { byteStoreConformance } from '../conformance/byte-store.conformance.ts';
import { stateFolder } from './state-folder.ts';

byteStoreConformance({ name: 'disk', open: () => new DiskByteStore(join(stateFolder(), 'counts')) });

const checkpoint: Checkpoint = { changelog: 'counts', offset: 7n };
const key = Buffer.from('key');
const value = Buffer.from('value');

const open = (path: string): DiskByteStore => {
  const store = new DiskByteStore(path);
  onTestFinished(() => store.close());
  return store;
};

/** A store with one entry and a checkpoint, closed in order. */
function closedStore(): string {
  const path = join(stateFolder(), 'counts');
  const store = new DiskByteStore(path);
  store.apply([[key, value]], checkpoint);
  store.close();
  return path;
}

/** Starts a process that opens the store; resolves with what it says of it. */
async function startProcess(path: string, task: 'write' | 'wait'): Promise<{ child: ChildProcess; said: string }> {
  const entry = join(import.meta.dirname, 'store-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', entry, path, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: line.toString().trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** A store left open by a process that was killed; it holds a thousand entries. */
async function killedStore(path = join(stateFolder(), 'counts')): Promise<string> {
  const { child } = await startProcess(path, 'write');
  await sleep(50);
  await kill(child);
  return path;
}

const expectEmpty = (store: DiskByteStore): void => {
  expect(store).toMatchObject({ checkpoint: null, size: 0 });
  store.apply([[key, value]], checkpoint);
  expect(store.get(key)).toEqual(value);
};

function editSeal(path: string, edit: (seal: Record<string, unknown>) => object): void {
  const seal = JSON.parse(readFileSync(`${path}.seal`, 'utf8')) as Record<string, unknown>;
  writeFileSync(`${path}.seal`, JSON.stringify({ ...seal, ...edit(seal) }));
}

describe('a disk store that is opened again', () => {
  it('has its entries and its checkpoint', () => {
    const store = open(closedStore());

    expect(store).toMatchObject({ checkpoint, size: 1 });
    expect(store.get(key)).toEqual(value);
  });

  it('refuses to be opened twice, with an error that says who has it and that waiting helps', async () => {
    const path = closedStore();
    const { child } = await startProcess(path, 'wait');

    expect(() => new DiskByteStore(path)).toThrow(
      expect.objectContaining({
        code: 'STORE_IN_USE',
        message: `the state store ${path} is still open in process ${String(child.pid)}; it is tried again`,
      }),
    );
    expect(() => new DiskByteStore(path)).toThrow(RetriableError);
    await kill(child);
    expect(open(path).checkpoint).toEqual(checkpoint);
  });

  it('cannot be used after it was closed', () => {
    const store = open(closedStore());
    store.close();

    expect(() => store.get(key)).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }));
    expect(() => store.apply([], null)).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }));
    expect(open(closedStore()).get(key)).toEqual(value);
  });
});

describe('a disk store whose process is killed', () => {
  it('has all of a change and its checkpoint, or nothing of it', { timeout: 120_000 }, async () => {
    const path = join(stateFolder(), 'counts');

    for (let round = 0, last = 0n; round < 15; round++) {
      const { child, said } = await startProcess(path, 'write');
      await sleep(20 + Math.random() * 40);
      await kill(child);

      const store = new DiskByteStore(path);
      const values = new Set([...store.range()].map(([, each]) => each.toString()));
      const { offset } = store.checkpoint!;
      store.close();
      expect(said).toBe(round === 0 ? 'open 0 new' : 'open 1000 trusted');
      expect([...values]).toEqual([String(offset)]);
      expect(offset).toBeGreaterThan(last);
      last = offset;
    }
  });

  it('is not trusted after the machine was started again', async () => {
    const path = await killedStore();
    editSeal(path, () => ({ boot: 'another' }));

    expectEmpty(open(path));
  });

  it('is not trusted when it was the third one in a row soon after it was opened', async () => {
    const path = closedStore();
    const said = [];
    for (let round = 0; round < 4; round++) {
      const started = await startProcess(path, 'wait');
      said.push(started.said);
      await kill(started.child);
    }

    expect(said).toEqual(['open 1 trusted', 'open 1 trusted', 'open 1 trusted', 'open 0 new']);
  });

  it('is not trusted when its file was cut off', async () => {
    const path = await killedStore();
    truncateSync(`${path}.lmdb`, 8192 + 100);

    expectEmpty(open(path));
  });

  it('is not trusted when its file is another one', async () => {
    const path = await killedStore();
    writeFileSync(`${path}.lmdb`, Buffer.alloc(100_000, 'no database at all'));

    expectEmpty(open(path));
  });

  it('is not trusted when its file is gone', async () => {
    const path = await killedStore();
    truncateSync(`${path}.lmdb`, 0);

    expectEmpty(open(path));
  });
});

describe('a disk store whose files were damaged', () => {
  it('is not trusted when the data was touched since it was closed', () => {
    const path = closedStore();
    const bytes = readFileSync(`${path}.lmdb`);
    bytes.writeUInt8(bytes.readUInt8(9000) ^ 1, 9000);
    writeFileSync(`${path}.lmdb`, bytes);

    expectEmpty(open(path));
  });

  it.each(['', 'no JSON', '{"state":"closed"}', '{"format":"another","state":"open"}'])(
    'is not trusted when its seal reads %j',
    (seal) => {
      const path = closedStore();
      writeFileSync(`${path}.seal`, seal);

      expectEmpty(open(path));
    },
  );

  it('is not trusted without a seal: it is not known whose data that is', () => {
    const path = closedStore();
    const other = join(stateFolder(), 'counts');
    copyFileSync(`${path}.lmdb`, `${other}.lmdb`);

    expectEmpty(open(other));
  });

  it('says which store is damaged when it meets a changed value, and begins anew afterwards', async () => {
    const path = await killedStore();
    const data = readFileSync(`${path}.lmdb`);
    const marker = Buffer.from('key 500');
    for (let at = data.indexOf(marker); at >= 0; at = data.indexOf(marker, at + 1)) {
      data.write('Q', at + marker.length); // first digit of the value
    }
    writeFileSync(`${path}.lmdb`, data);

    const store = new DiskByteStore(path);
    let thrown: unknown;
    try {
      store.get(marker);
    } catch (error) {
      thrown = error;
    }
    store.close();

    expect(thrown).toBeInstanceOf(FatalError);
    expect(thrown).toMatchObject({
      code: 'STORE_CORRUPT',
      message: `the state store ${path} is damaged (a value is not as it was written); it is restored from its changelog at the next start`,
    });
    expectEmpty(open(path));
  });
});

it('makes the folders it needs, and says where it cannot', () => {
  const folder = stateFolder();
  const store = open(join(folder, 'a', 'b', 'counts'));
  store.apply([[key, value]], null);
  expect(existsSync(join(folder, 'a', 'b', 'counts.lmdb'))).toBe(true);

  writeFileSync(join(folder, 'file'), '');

  expect(() => new DiskByteStore(join(folder, 'file', 'counts'))).toThrow(
    expect.objectContaining({ name: 'FatalError', code: 'STORE_UNWRITABLE' }),
  );
});
