import { crc32 } from 'node:zlib';

const SUM_BYTES = 4;

/** A value with a sum over it and its key behind it. */
export function checkedValue(key: Buffer, value: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(value.length + SUM_BYTES);
  value.copy(bytes);
  bytes.writeUInt32LE(crc32(value, crc32(key)), value.length);
  return bytes;
}

/** The value; null where it is not as it was written, or stands at another key. */
export function valueOfChecked(key: Buffer, bytes: Buffer): Buffer | null {
  const end = bytes.length - SUM_BYTES;
  if (end < 0) return null;
  const value = bytes.subarray(0, end);
  return bytes.readUInt32LE(end) === crc32(value, crc32(key)) ? value : null;
}
