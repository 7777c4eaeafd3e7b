/** What is in a line. */
export interface Entry {
  /** Null: the line does not say. */
  readonly service: string | null;
  readonly level: 'error' | 'warn' | 'info';
  readonly text: string;
  /** When it happened; null: the line does not say. */
  readonly timeMs: number | null;
}

const COMBINED = /^\S+ \S+ \S+ \[(?<at>[^\]]+)\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3}) (?:\d+|-)/;
const COMBINED_TIME = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;
const PAIR = /([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `{"time": "2026-01-01T00:00:00Z", "level": "error", "service": "shop", "msg": "no stock"}`; null: it is none. */
export function readJson(line: string): Entry | null {
  if (!line.startsWith('{')) return null;
  try {
    return fieldsToEntry(JSON.parse(line) as Record<string, unknown>);
  } catch {
    return null; // what begins like JSON and is none is a line of another format, or a dead letter
  }
}

/** `10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 500 12 "-" "curl"`; from 500 on it is an error. */
export function readCombined(line: string): Entry | null {
  const { at, request = '', status = '' } = COMBINED.exec(line)?.groups ?? {};
  if (at === undefined) return null;
  const level = Number(status) >= 500 ? 'error' : Number(status) >= 400 ? 'warn' : 'info';
  return { service: null, level, text: `${request} ${status}`, timeMs: combinedTimeMs(at) };
}

/** `ts=2026-01-01T00:00:00Z level=error service=mail msg="no answer"`. */
export function readLogfmt(line: string): Entry | null {
  const pairs = Array.from(line.matchAll(PAIR), ([, name = '', quoted, bare = '']): [string, string] => [
    name,
    quoted?.replace(/\\(.)/g, '$1') ?? bare,
  ]);
  return pairs.length === 0 ? null : fieldsToEntry(Object.fromEntries(pairs));
}

/** Loggers have many names for the same things. */
function fieldsToEntry(fields: Readonly<Record<string, unknown>>): Entry | null {
  const first = (...names: readonly string[]): unknown => names.map((name) => fields[name]).find((one) => one != null);
  const text = first('msg', 'message', 'event');
  const level = first('level', 'lvl', 'severity');
  if (text === undefined && level === undefined) return null;
  const service = first('service', 'app', 'logger');
  return {
    service: typeof service === 'string' ? service : null,
    level: levelOf(level),
    text: typeof text === 'string' ? text : JSON.stringify(text ?? ''),
    timeMs: timeMsOf(first('time', 'ts', 'timestamp')),
  };
}

/** Numbers are those of pino: 50 is an error, 40 a warning. */
function levelOf(level: unknown): Entry['level'] {
  if (typeof level === 'number') return level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info';
  const name = String(level).toLowerCase();
  if (/^(err|error|fatal|crit|critical|panic|alert|emerg)$/.test(name)) return 'error';
  return name.startsWith('warn') ? 'warn' : 'info';
}

function timeMsOf(time: unknown): number | null {
  const timeMs = typeof time === 'number' ? time : Date.parse(String(time));
  return Number.isFinite(timeMs) ? Math.floor(timeMs) : null;
}

function combinedTimeMs(at: string): number | null {
  const [, day = '', month = '', year = '', time = '', hours = '', minutes = ''] = COMBINED_TIME.exec(at) ?? [];
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  return timeMsOf(`${year}-${number}-${day}T${time}${hours}:${minutes}`);
}
