import { describe, expect, it } from 'vitest';
import { decodeRecords, encodeRecord, type RecordedRecord } from '../../pipeline/recording/record-format.ts';

const records: readonly RecordedRecord[] = [
  {
    offset: 7n,
    timestampMs: 1_795_224_600_123,
    key: Buffer.from('k'),
    value: Buffer.from([0, 255, 1]),
    headers: { a: Buffer.from('b') },
  },
  { offset: 9_007_199_254_740_993n, timestampMs: -1, key: null, value: null, headers: {} },
  {
    offset: 9_007_199_254_740_994n,
    timestampMs: 0,
    key: Buffer.alloc(0),
    value: Buffer.alloc(0),
    headers: { twice: [Buffer.from('1'), Buffer.from('2')], empty: Buffer.alloc(0), '\u00e4': Buffer.from([0]) },
  },
];
const encoded = records.map(encodeRecord);
const all = Buffer.concat(encoded);

describe('records in a file', () => {
  it('come back as they were: binary, null, empty and repeated', () => {
    expect(decodeRecords(all)).toEqual({ records, consumed: all.length, damage: null });
  });

  it('take header values that are texts', () => {
    const [record] = decodeRecords(encodeRecord({ ...records[1]!, headers: { a: 'b', c: ['d', 'e'] } })).records;

    expect(record?.headers).toEqual({ a: Buffer.from('b'), c: [Buffer.from('d'), Buffer.from('e')] });
  });

  it('are read as far as they are complete, wherever the file ends', () => {
    const ends = encoded.map((_, index) => Buffer.concat(encoded.slice(0, index + 1)).length);

    for (let length = 0; length <= all.length; length++) {
      const whole = ends.filter((end) => end <= length).length;
      const decoded = decodeRecords(all.subarray(0, length));
      expect(decoded).toEqual({ records: records.slice(0, whole), consumed: ends[whole - 1] ?? 0, damage: null });
    }
  });

  it('are not trusted where a single bit is another', () => {
    for (let at = 4; at < encoded[0]!.length; at++) {
      const damaged = Buffer.from(all);
      damaged[at]! ^= 1;

      expect(decodeRecords(damaged)).toMatchObject({ records: [], consumed: 0, damage: 'its checksum is wrong' });
    }
  });
});
