import { get, type IncomingMessage } from 'node:http';

/** What opens a part; browsers paint the part before it when they have read all of this. */
const BOUNDARY = '--tapline-frame';
const LONGEST_OPENING = 500;
const FIRST = /^--tapline-frame\r\nContent-Type: image\/jpeg\r\n\r\n/;
const OPENING =
  /^--tapline-frame\r\nContent-Type: image\/jpeg\r\nTapline-Next: (.+)\r\n(?:Tapline-Frame: (.+)\r\n)?\r\n/;

/** A browser as far as the stream can tell: reads parts as they come. */
export interface MjpegClient {
  readonly response: IncomingMessage;
  /** The next picture, as soon as a browser would paint it. */
  next(): Promise<Buffer>;
  /** Query of the stream that goes on after the last picture; null before the first. */
  readonly place: string | null;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Opens a stream; rejects where the status is not 200. */
export async function openStream(address: string): Promise<MjpegClient> {
  const response = await open(address);
  const chunks = response.iterator({ destroyOnReturn: false });
  const ended = new Promise<void>((resolve) => response.once('close', resolve).on('error', () => resolve()));
  let buffered: Buffer = Buffer.alloc(0);
  let place: string | null = null;
  const until = async (opening: RegExp): Promise<Buffer> => {
    for (;;) {
      const at = buffered.indexOf(BOUNDARY);
      const match = at < 0 ? null : opening.exec(buffered.toString('latin1', at, at + LONGEST_OPENING));
      if (match) {
        const taken = buffered.subarray(0, Math.max(0, at - 2)); // a line break is before each but the first
        buffered = buffered.subarray(at + match[0].length);
        place = match[1] ?? null;
        return taken;
      }
      const chunk = await chunks.next();
      if (chunk.done) throw new Error('the stream has ended');
      buffered = Buffer.concat([buffered, chunk.value as Buffer]);
    }
  };
  let isOpen = false;
  return {
    response,
    next: async () => {
      if (!isOpen) await until(FIRST);
      isOpen = true;
      return until(OPENING);
    },
    get place() {
      return place;
    },
    ended,
    close: () => response.destroy(),
  };
}

function open(address: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(address, { agent: false }, (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(new Error(`status ${response.statusCode ?? '?'}`));
    }).on('error', reject);
  });
}
