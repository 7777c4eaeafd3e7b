import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDurationMs } from '../../pipeline/topology/duration.ts';
import { formatSize, parseSizeBytes } from '../../pipeline/topology/size.ts';

describe('durations', () => {
  it.each([
    ['100ms', 100],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['14d', 1_209_600_000],
    ['unlimited', -1],
  ])('reads %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '10', '10 s', '-1s', '1e3s', 's', '10S', '1w', '.5s'])('refuses "%s"', (text) => {
    expect(parseDurationMs(text)).toBeNaN();
  });

  it('writes every duration so that it reads the same', () => {
    fc.assert(fc.property(fc.nat(1e10), (ms) => parseDurationMs(formatDuration(ms)) === ms));
  });
});

describe('sizes', () => {
  it.each([
    ['10B', 10],
    ['512KB', 524_288],
    ['16MB', 16_777_216],
    ['1.5GB', 1_610_612_736],
    ['unlimited', -1],
  ])('reads %s', (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes);
  });

  it.each(['', '16', '16 MB', '16mb', '16MiB', '-1KB', 'MB'])('refuses "%s"', (text) => {
    expect(parseSizeBytes(text)).toBeNaN();
  });

  it('writes every size so that it reads the same', () => {
    fc.assert(fc.property(fc.nat(1e10), (bytes) => parseSizeBytes(formatSize(bytes)) === bytes));
  });
});
