import { paint } from '../terminal.ts';

interface LogEntry {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly worker?: unknown;
}

const WARN = 40;
const ERROR = 50;

/** What a person needs of a worker's log line, or null where it is only for the log file. */
export function readableLogLine(worker: string, line: string): string | null {
  const entry = parse(line);
  if (!entry) return `${worker} ${line}`;
  const level = Number(entry.level);
  if (level < WARN) return null;
  const word = level >= ERROR ? paint('red', 'error') : paint('yellow', 'warn');
  return `${worker} ${word} ${String(entry.msg)}`;
}

function parse(line: string): LogEntry | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return null; // not a log entry but something a library or a crash printed
  }
}
