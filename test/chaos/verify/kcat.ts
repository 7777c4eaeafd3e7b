import { spawn } from 'node:child_process';

/** One record as kcat prints it. */
export interface Row {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** `name=value,name=value` */
  readonly headers: string;
}

export type Isolation = 'read_committed' | 'read_uncommitted';

interface Topic {
  readonly bootstrap: string;
  readonly topic: string;
  readonly isolation?: Isolation;
  /** Reads what is older than this, milliseconds since 1970 UTC: to the end of a topic that grows it may never come. */
  readonly beforeMs?: number;
}

const FORMAT = '%p %o %T %K %S %h\\n%k%s\\n';
const NEWLINE = 10;

/** Why nothing can be verified here, or null. */
export async function kcatMissing(): Promise<string | null> {
  const version = await run(['-V']).catch(() => null);
  return version === null ? 'kcat is not installed: an independent reader is needed, install kcat 1.7' : null;
}

/** All that a topic holds, partition by partition in the order of offsets. @throws with what kcat said. */
export async function readTopic({ bootstrap, topic, isolation = 'read_committed', beforeMs }: Topic): Promise<Row[]> {
  const bytes = await run([
    '-C',
    '-b',
    bootstrap,
    '-t',
    topic,
    '-e',
    ...(beforeMs === undefined ? [] : ['-o', 's@0', '-o', `e@${beforeMs}`]),
    '-q',
    '-X',
    `isolation.level=${isolation}`,
    '-f',
    FORMAT,
  ]);
  const rows = [...rowsIn(bytes)];
  return rows.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Value of a header. */
export function headerOf({ headers }: Pick<Row, 'headers'>, name: string): string | undefined {
  const field = headers.split(',').find((each) => each.startsWith(`${name}=`));
  return field?.slice(name.length + 1);
}

/** What lies in front of a record's bytes tells how many there are, so that they may be any. */
export function* rowsIn(bytes: Buffer): Generator<Row> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) throw new Error('kcat printed half a record');
    const [partition, offset, timestampMs, keyLength, valueLength, ...headers] = bytes
      .toString('utf8', at, end)
      .split(' ');
    const key = slice(bytes, end + 1, Number(keyLength));
    const value = slice(bytes, end + 1 + (key?.length ?? 0), Number(valueLength));
    at = end + 1 + (key?.length ?? 0) + (value?.length ?? 0) + 1;
    yield {
      partition: Number(partition),
      offset: Number(offset),
      timestampMs: Number(timestampMs),
      key,
      value,
      headers: headers.join(' '),
    };
  }
}

function slice(bytes: Buffer, start: number, length: number): Buffer | null {
  return length < 0 ? null : bytes.subarray(start, start + length);
}

async function run(args: readonly string[]): Promise<Buffer> {
  const child = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, complaints]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${code}: ${Buffer.concat(complaints).toString()}`);
  return Buffer.concat(output);
}
