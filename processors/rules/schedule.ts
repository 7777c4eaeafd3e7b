import { z } from 'zod';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DAY_MINUTES = 24 * 60;
const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time of day such as 22:00' })
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

export const scheduleOption = z.strictObject({
  days: z.array(z.enum(DAYS)).nonempty().optional().describe('Days of the week, mon to sun. Default: all.'),
  from: clockTime.optional().describe('Time of day it begins, such as 22:00. Default: midnight.'),
  to: clockTime
    .optional()
    .describe(
      'Time of day it ends; where that is earlier, on the day after, which need not be named. Default: midnight.',
    ),
});

export const timeZoneOption = z.string().refine(isTimeZone, {
  error: ({ input }) => `must be a time zone such as Europe/Berlin or UTC, not ${String(input)}`,
});

type Schedule = z.output<typeof scheduleOption>;

/** Whether a time, milliseconds since 1970, is within a schedule, by the clocks of a time zone. */
export type IsDuring = (timeMs: number) => boolean;

/** @returns a function that is quick for many times of one minute. */
export function duringSchedule({ days, from = 0, to = DAY_MINUTES }: Schedule, timeZone: string): IsDuring {
  const named: readonly string[] = days ?? DAYS;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const isOn = (timeMs: number): boolean => {
    const {
      weekday = '',
      hour = '',
      minute = '',
    } = Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
    const today = DAYS.findIndex((day) => day === weekday.toLowerCase());
    const yesterday = (today + DAYS.length - 1) % DAYS.length;
    const isNamed = (day: number): boolean => named.some((name) => name === DAYS[day]);
    const now = Number(hour) * 60 + Number(minute);
    if (from < to) return now >= from && now < to && isNamed(today);
    return (now >= from && isNamed(today)) || (now < to && isNamed(yesterday));
  };
  let latest = { minute: NaN, isOn: false };
  return (timeMs) => {
    const minute = Math.floor(timeMs / 60_000);
    if (minute !== latest.minute) latest = { minute, isOn: isOn(timeMs) };
    return latest.isOn;
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // a RangeError: there is no such zone
  }
}
