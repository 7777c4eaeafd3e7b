import { z } from 'zod';

const UNITS = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)(B|KB|MB|GB)$/;
const PATTERN_OR_UNLIMITED = /^(?:unlimited|(\d+(?:\.\d+)?)(B|KB|MB|GB))$/;
const EXPECTED = 'must be a size such as 512KB or 16MB (units B, KB, MB, GB; 1KB is 1024 bytes)';

/** Bytes of `512KB`, `16MB`, `1.5GB` (1KB is 1024 bytes); -1 of `unlimited`; NaN of anything else. */
export function parseSizeBytes(text: string): number {
  if (text === 'unlimited') return -1;
  const match = PATTERN.exec(text);
  if (!match) return NaN;
  return Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
}

/** The shortest exact way to write a number of bytes: 16777216 is `16MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 0) return 'unlimited';
  if (bytes === 0) return '0B';
  const unit = (['GB', 'MB', 'KB'] as const).find((name) => bytes % UNITS[name] === 0) ?? 'B';
  return `${bytes / UNITS[unit]}${unit}`;
}

/** A size in a file, bytes in the plan; both bounds are included. */
export function size(least: string, most: string) {
  return z
    .string({ error: EXPECTED })
    .regex(PATTERN, { error: EXPECTED })
    .meta({ title: 'size' })
    .transform(parseSizeBytes)
    .refine((bytes) => bytes >= parseSizeBytes(least) && bytes <= parseSizeBytes(most), {
      error: `must be a size from ${least} to ${most}`,
    });
}

/** A size of 1MB or more, or `unlimited`, which is -1 in the plan as in Kafka. */
export function sizeOrUnlimited() {
  const error = `${EXPECTED}, or unlimited`;
  return z
    .string({ error })
    .regex(PATTERN_OR_UNLIMITED, { error })
    .meta({ title: 'size or unlimited' })
    .transform(parseSizeBytes)
    .refine((bytes) => bytes === -1 || bytes >= UNITS.MB, { error: 'must be 1MB or more, or unlimited' });
}
