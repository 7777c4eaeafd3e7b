import { PoisonRecordError } from '../errors/pipeline-error.ts';

// UTF-8 has no byte of 0xFE or 0xFF: what begins with one is never a key of the user.
const DERIVED = 0xfe;
const RESERVED = 0xff;
const TIME_BYTES = 8;
const HIGH_UNIT = 0x1_0000_0000;

/** Most bytes of a key: disk stores have a limit, and stores must not differ. */
const MAX_KEY_BYTES = 1900;

/** The first key that is none of the user's. */
export const USER_KEYS_END: Buffer = Buffer.from([DERIVED]);

/** Where a store keeps the stream time of its task; a part of its changelog. */
export const STREAM_TIME_KEY = Buffer.from([RESERVED, ...Buffer.from('streamTime')]);

/** Whether an entry is derived from others, and so no part of the changelog. The key is as in a byte tree. */
export function isDerived(key: string): boolean {
  return key.charCodeAt(0) === DERIVED;
}

/** Whether an entry is tapline's own. */
export function isReserved(key: Buffer): boolean {
  return key[0] === RESERVED;
}

/** @throws PoisonRecordError STORE_KEY_TOO_LONG */
export function keyBytes(key: string): Buffer {
  const bytes = Buffer.from(key);
  if (bytes.length <= MAX_KEY_BYTES) return bytes;
  const message = `a key of ${bytes.length} bytes ("${key.slice(0, 40)}...") is too long for a store; use one of ${MAX_KEY_BYTES} at most`;
  throw new PoisonRecordError('STORE_KEY_TOO_LONG', message);
}

/** The key of a user, then the start of the window as eight bytes, big-endian. */
export function windowKey(key: Buffer, startMs: number): Buffer {
  const bytes = Buffer.allocUnsafe(key.length + TIME_BYTES);
  key.copy(bytes);
  writeTime(bytes, startMs, key.length);
  return bytes;
}

export function splitWindowKey(bytes: Buffer): { readonly key: Buffer; readonly startMs: number } {
  const end = bytes.length - TIME_BYTES;
  return { key: bytes.subarray(0, end), startMs: readTime(bytes, end) };
}

/** Sorts by time, then by key. */
export function timeIndexKey(timeMs: number, key: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(1 + TIME_BYTES + key.length);
  bytes[0] = DERIVED;
  writeTime(bytes, timeMs, 1);
  key.copy(bytes, 1 + TIME_BYTES);
  return bytes;
}

export function splitTimeIndexKey(bytes: Buffer): { readonly timeMs: number; readonly key: Buffer } {
  return { timeMs: readTime(bytes, 1), key: bytes.subarray(1 + TIME_BYTES) };
}

/** A value with the time it was written at before it. */
export function timedValue(timeMs: number, value: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(TIME_BYTES + value.length);
  writeTime(bytes, timeMs, 0);
  value.copy(bytes, TIME_BYTES);
  return bytes;
}

export function splitTimedValue(bytes: Buffer): { readonly timeMs: number; readonly value: Buffer } {
  return bytes.length < TIME_BYTES
    ? { timeMs: 0, value: bytes }
    : { timeMs: readTime(bytes, 0), value: bytes.subarray(TIME_BYTES) };
}

function writeTime(bytes: Buffer, timeMs: number, offset: number): void {
  bytes.writeUInt32BE(Math.floor(timeMs / HIGH_UNIT), offset);
  bytes.writeUInt32BE(timeMs % HIGH_UNIT, offset + 4);
}

function readTime(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset) * HIGH_UNIT + bytes.readUInt32BE(offset + 4);
}
