import { readFile } from 'node:fs/promises';
import { FatalError } from '../errors/pipeline-error.ts';

const TAIL_LINES = 12;

interface StartFailure {
  /** How the start ended: `it ended with exit code 1`. */
  readonly end: string;
  readonly logFile: string;
  readonly dataDirectory: string;
}

type Known = readonly [pattern: RegExp, sentence: (dataDirectory: string) => string];

/** What Kafka's words mean for the person who reads them. */
const KNOWN: readonly Known[] = [
  [
    /Failed to acquire lock on file/,
    (data) => `another process works in ${data}; end it (its command line has kafka.Kafka), or use another folder`,
  ],
  [
    /Invalid cluster\.id|InconsistentClusterId|Stored node id .* doesn't match|InconsistentBrokerId/,
    (data) => `${data} was made by another Kafka cluster; move it away, or remove it with its records`,
  ],
  [
    /No readable meta\.properties|meta\.properties.*(?:missing|unreadable)|Unknown metadata\.version|unsupported feature/i,
    (data) => `${data} cannot be read by this Kafka; move it away, or remove it with its records`,
  ],
  [/No space left on device/, (data) => `the disk of ${data} is full; free some space`],
  [
    /Could not reserve enough space|OutOfMemoryError|insufficient memory/,
    () => 'the memory does not suffice; the broker needs about 400 MB',
  ],
];

/** Whether Kafka said itself what is wrong, in words that are known. */
export function isExplained(log: string): boolean {
  return isPortTaken(log) || KNOWN.some(([pattern]) => pattern.test(log));
}

/** What a log says for people, where Kafka's words are known. */
export function explanationOf(log: string, dataDirectory: string): string | null {
  const known = KNOWN.find(([pattern]) => pattern.test(log));
  return known ? known[1](dataDirectory) : null;
}

/** Whether somebody took a port between the look and the start. */
export function isPortTaken(log: string): boolean {
  return /Address already in use/.test(log);
}

/** The error for a broker that did not start, in clear words where Kafka's are known, with the end of its log. */
export function startFailed(log: string, { end, logFile, dataDirectory }: StartFailure): FatalError {
  const explanation = explanationOf(log, dataDirectory);
  const why = explanation === null ? `; ${end}` : `: ${explanation}`;
  const tail = log.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  return new FatalError(
    'BROKER_START_FAILED',
    `the Kafka broker did not start${why}. Its last words are below, ${logFile} has the rest\n${tail}`,
  );
}

export async function readLog(logFile: string): Promise<string> {
  return readFile(logFile, 'utf8').catch(() => ''); // it ended before it said anything
}
