import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { FatalError, messageOf, RetriableError } from '../errors/pipeline-error.ts';
import type { ByteStore, Change, Checkpoint } from '../ports/store.ts';
import { checkedValue, valueOfChecked } from './checked-value.ts';
import { isWholeLmdbFile } from './lmdb-file.ts';
import { StoreSeal } from './store-seal.ts';

/** First byte of the keys of entries: LMDB has no empty keys. */
const ENTRY = 1;
const ALL_ENTRIES = Buffer.from([ENTRY]);
const CHECKPOINT_KEY = Buffer.from([0]);
/** Of LMDB's own errors, which are below zero: the store cannot grow, a key is too long, too many readers, too large. */
const NO_DAMAGE: readonly unknown[] = [-30792, -30781, -30790, -30788];
/** After so many changes were applied a store does not kill its process. */
const PROVEN_APPLIES = 100;

type Database = RootDatabase<Buffer, Buffer>;

/**
 * Keeps a store in files: `<path>.lmdb` and two small ones beside it. It may be larger than the memory and survives its
 * process. Where its files are not to be trusted it begins empty: they are damaged, or not tapline's, or were not closed
 * in order before the machine was started again.
 */
export class DiskByteStore implements ByteStore {
  readonly #path: string;
  readonly #seal: StoreSeal;
  readonly #database: Database;
  #checkpoint: Checkpoint | null;
  #appliesToProve: number;
  #isBroken = false;
  #isClosed = false;

  /**
   * @throws RetriableError STORE_IN_USE while another process has it open
   * @throws FatalError STORE_UNWRITABLE
   */
  constructor(path: string) {
    this.#path = path;
    this.#seal = new StoreSeal(`${path}.seal`, dataPath(path));
    const kills = this.#prepareFiles();
    this.#appliesToProve = kills > 0 ? PROVEN_APPLIES : 0;
    [this.#database, this.#checkpoint] = this.#writing(() => {
      this.#seal.open(kills);
      return openTrusted(path) ?? openEmpty(path);
    });
  }

  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  get size(): number {
    const { entryCount } = this.#database.getStats() as { readonly entryCount: number };
    return entryCount - (this.#checkpoint ? 1 : 0);
  }

  /** @throws FatalError STORE_CORRUPT */
  get(key: Buffer): Buffer | undefined {
    const bytes = this.#reading(() => this.#database.getBinary(entryKey(key)));
    return bytes && this.#checked(key, bytes);
  }

  /** @throws FatalError STORE_CORRUPT */
  *range(from?: Buffer, to?: Buffer): Generator<readonly [key: Buffer, value: Buffer]> {
    const bounds = { start: from ? entryKey(from) : ALL_ENTRIES, ...(to && { end: entryKey(to) }) };
    const entries = this.#reading(() => this.#database.getRange(bounds)[Symbol.iterator]());
    try {
      for (;;) {
        const next = this.#reading(() => entries.next());
        if (next.done === true) return;
        const key = next.value.key.subarray(1);
        yield [key, this.#checked(key, next.value.value)];
      }
    } finally {
      entries.return?.();
    }
  }

  /** @throws FatalError STORE_UNWRITABLE, STORE_CORRUPT; then nothing was applied */
  apply(changes: Iterable<Change>, checkpoint: Checkpoint | null): void {
    this.#throwIfClosed();
    const all = [...changes];
    this.#writing(() => {
      this.#database.transactionSync(() => {
        for (const [key, value] of all) {
          if (value === null) this.#database.removeSync(entryKey(key));
          else this.#database.putSync(entryKey(key), checkedValue(key, value));
        }
        writeCheckpoint(this.#database, checkpoint);
      });
      if (this.#appliesToProve > 0 && --this.#appliesToProve === 0) this.#seal.open(0);
    });
    this.#checkpoint = checkpoint;
  }

  clear(): void {
    this.#throwIfClosed();
    this.#writing(() => {
      this.#database.clearSync();
    });
    this.#checkpoint = null;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#writing(() => {
      this.#isClosed = true;
      void this.#database.close(); // closed when it returns: nothing of it is asynchronous without asynchronous writes
      if (this.#isBroken) return;
      flush(dataPath(this.#path));
      this.#seal.close();
    });
  }

  /** Leaves only files that may be trusted; how often in a row their processes were killed. */
  #prepareFiles(): number {
    const judged = this.#seal.judge();
    if (judged.verdict === 'inUse') {
      const message = `the state store ${this.#path} is still open in process ${judged.pid}; it is tried again`;
      throw new RetriableError('STORE_IN_USE', message);
    }
    return this.#writing(() => {
      mkdirSync(dirname(this.#path), { recursive: true });
      // Of dead processes: what they held locked there stays locked on some systems.
      rmSync(`${dataPath(this.#path)}-lock`, { force: true, recursive: true });
      const isTrusted =
        judged.verdict === 'trusted' && existsSync(dataPath(this.#path)) && isWholeLmdbFile(dataPath(this.#path));
      if (isTrusted) return judged.kills;
      this.#seal.break();
      rmSync(dataPath(this.#path), { force: true, recursive: true });
      return 0;
    });
  }

  #checked(key: Buffer, bytes: Buffer): Buffer {
    return valueOfChecked(key, bytes) ?? this.#corrupt('a value is not as it was written');
  }

  #reading<T>(read: () => T): T {
    this.#throwIfClosed();
    try {
      return read();
    } catch (error) {
      return this.#corrupt(messageOf(error), error);
    }
  }

  #corrupt(reason: string, cause?: unknown): never {
    this.#isBroken = true;
    this.#seal.break();
    const message = `the state store ${this.#path} is damaged (${reason}); it is restored from its changelog at the next start`;
    throw new FatalError('STORE_CORRUPT', message, { cause });
  }

  #throwIfClosed(): void {
    if (this.#isClosed)
      throw new FatalError('STORE_CLOSED', `the state store ${this.#path} is closed: its task has ended`);
  }

  #writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (isDamage(error)) return this.#corrupt(messageOf(error), error);
      const message = `cannot write the state store ${this.#path}: ${messageOf(error)}`;
      throw new FatalError('STORE_UNWRITABLE', message, { cause: error });
    }
  }
}

function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code < 0 && !NO_DAMAGE.includes(code);
}

function dataPath(path: string): string {
  return `${path}.lmdb`;
}

function entryKey(key: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(key.length + 1);
  bytes[0] = ENTRY;
  key.copy(bytes, 1);
  return bytes;
}

/** The database with its checkpoint; null where it turns out to be none. */
function openTrusted(path: string): [Database, Checkpoint | null] | null {
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    return [database, readCheckpoint(database)];
  } catch {
    void database?.close();
    return null; // an empty one takes its place, and the changelog has the rest
  }
}

function openEmpty(path: string): [Database, null] {
  rmSync(dataPath(path), { force: true, recursive: true });
  return [openDatabase(path), null];
}

/** Never flushed while it is open: a commit survives the process, and a machine that goes down is told by the seal. */
function openDatabase(path: string): Database {
  return open<Buffer, Buffer>({
    path: dataPath(path),
    noSubdir: true,
    keyEncoding: 'binary',
    encoding: 'binary',
    cache: false,
    compression: false,
    noSync: true,
    overlappingSync: false,
    noMemInit: true,
  });
}

function readCheckpoint(database: Database): Checkpoint | null {
  const bytes = database.getBinary(CHECKPOINT_KEY);
  const value = bytes && valueOfChecked(CHECKPOINT_KEY, bytes);
  if (!value) return null;
  const { changelog, offset } = JSON.parse(value.toString()) as { readonly changelog: string; readonly offset: string };
  return { changelog, offset: BigInt(offset) };
}

function writeCheckpoint(database: Database, checkpoint: Checkpoint | null): void {
  if (checkpoint === null) {
    database.removeSync(CHECKPOINT_KEY);
    return;
  }
  const { changelog, offset } = checkpoint;
  const value = Buffer.from(JSON.stringify({ changelog, offset: String(offset) }));
  database.putSync(CHECKPOINT_KEY, checkedValue(CHECKPOINT_KEY, value));
}

function flush(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
