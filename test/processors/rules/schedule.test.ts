import { describe, expect, it } from 'vitest';
import { duringSchedule, scheduleOption } from '../../../processors/rules/schedule.ts';

function isOn(schedule: object, timeZone: string, time: string): boolean {
  return duringSchedule(scheduleOption.parse(schedule), timeZone)(Date.parse(time));
}

const night = { from: '22:00', to: '06:00' };

describe('a schedule', () => {
  it.each([
    [night, '2026-11-20T21:59:59Z', false],
    [night, '2026-11-20T22:00:00Z', true],
    [night, '2026-11-21T05:59:59Z', true],
    [night, '2026-11-21T06:00:00Z', false],
    [{ from: '08:00', to: '17:30' }, '2026-11-20T17:29:00Z', true],
    [{ from: '08:00', to: '17:30' }, '2026-11-20T17:30:00Z', false],
    [{ from: '20:00' }, '2026-11-20T23:59:00Z', true],
    [{}, '2026-11-20T00:00:00Z', true],
  ])('%j at %s: %s', (schedule, time, expected) => {
    expect(isOn(schedule, 'UTC', time)).toBe(expected);
  });

  it('goes by the clocks of its time zone, in summer and in winter', () => {
    expect(isOn(night, 'Europe/Berlin', '2026-07-01T20:00:00Z')).toBe(true);
    expect(isOn(night, 'Europe/Berlin', '2026-01-01T20:30:00Z')).toBe(false);
    expect(isOn(night, 'America/New_York', '2026-01-02T03:00:00Z')).toBe(true);
  });

  it('counts the hours after midnight to the day the night began on', () => {
    const fridays = { ...night, days: ['fri'] };

    expect(isOn(fridays, 'UTC', '2026-11-20T23:00:00Z')).toBe(true);
    expect(isOn(fridays, 'UTC', '2026-11-21T05:00:00Z')).toBe(true);
    expect(isOn(fridays, 'UTC', '2026-11-21T23:00:00Z')).toBe(false);
    expect(isOn(fridays, 'UTC', '2026-11-20T05:00:00Z')).toBe(false);
  });
});
