import { z } from 'zod';

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const PATTERN_OR_UNLIMITED = /^(?:unlimited|(\d+(?:\.\d+)?)(ms|s|m|h|d))$/;
const EXPECTED = 'must be a duration such as 100ms, 10s, 10m, 2h or 14d';

/** Milliseconds of `100ms`, `10s`, `1.5m`, `2h`, `14d`; -1 of `unlimited`; NaN of anything else. */
export function parseDurationMs(text: string): number {
  if (text === 'unlimited') return -1;
  const match = PATTERN.exec(text);
  if (!match) return NaN;
  return Math.round(Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS]);
}

/** The shortest exact way to write a number of milliseconds: 600000 is `10m`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return 'unlimited';
  if (ms === 0) return '0ms';
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => ms % UNITS_MS[name] === 0) ?? 'ms';
  return `${ms / UNITS_MS[unit]}${unit}`;
}

/** A duration in a file, milliseconds in the plan; both bounds are included. */
export function duration(least: string, most: string) {
  return z
    .string({ error: EXPECTED })
    .regex(PATTERN, { error: EXPECTED })
    .meta({ title: 'duration' })
    .transform(parseDurationMs)
    .refine((ms) => ms >= parseDurationMs(least) && ms <= parseDurationMs(most), {
      error: `must be a duration from ${least} to ${most}`,
    });
}

/** A duration of a second or more, or `unlimited`, which is -1 in the plan as in Kafka. */
export function durationOrUnlimited() {
  const error = `${EXPECTED}, or unlimited`;
  return z
    .string({ error })
    .regex(PATTERN_OR_UNLIMITED, { error })
    .meta({ title: 'duration or unlimited' })
    .transform(parseDurationMs)
    .refine((ms) => ms === -1 || ms >= 1000, { error: 'must be 1s or longer, or unlimited' });
}
