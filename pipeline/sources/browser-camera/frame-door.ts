import type { IncomingMessage } from 'node:http';
import { readFrameMeta } from '../../frame/frame.ts';
import type { Clock } from '../../ports/clock.ts';
import { formatSize } from '../../topology/size.ts';
import { Refusal } from '../../web/refusal.ts';
import type { Intake } from '../intake.ts';
import type { Cameras } from './cameras.ts';

/** What a page may say of how old its picture is; it has a clock of its own, so nobody asks it for the time. */
const MAX_AGE_MS = 10_000;
const CAMERA = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const PAGE = /^[\w-]{1,64}$/;

export interface FrameDoorParts {
  readonly cameras: Cameras;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly maxBytes: number;
  /** Longest wait for the broker, milliseconds. */
  readonly timeout: number;
  /** Name of a camera that has given itself none. */
  readonly sourceId: string;
}

/** What became of a picture. */
export interface TakenFrame {
  readonly id: string;
  readonly seq: number;
}

/** Where pictures come in: the answer comes when the broker has one, and only then does the page send the next. */
export class FrameDoor {
  readonly #parts: FrameDoorParts;

  constructor(parts: FrameDoorParts) {
    this.#parts = parts;
  }

  /** @throws Refusal 400, 409, 413, 415, 503 */
  async take(request: IncomingMessage, url: URL): Promise<TakenFrame> {
    const { cameras, intake, clock, sourceId } = this.#parts;
    const query = url.searchParams;
    const camera = matching(query.get('camera') ?? sourceId, CAMERA, 'camera');
    const page = matching(query.get('page') ?? 'none', PAGE, 'page');
    const captureTimeUs = clock.nowUs() - ageMs(query.get('age')) * 1000; // of when the head of the request has come in
    cameras.throwIfTaken(camera, page);
    const bytes = this.#sizeOf(request);
    if (!intake.reserve(bytes))
      throw new Refusal(503, 'too many pictures wait for the broker; send the next one later');
    try {
      const record = cameras.frame({ bytes: await this.#bodyOf(request), camera, page, captureTimeUs });
      if (!intake.hasRoomFor(1))
        throw new Refusal(503, 'too many pictures wait for the broker; send the next one later');
      await this.#inTime(intake.take([record]));
      const { frame } = readFrameMeta(record.headers);
      return { id: frame.id, seq: frame.seq };
    } finally {
      intake.release(bytes);
    }
  }

  /** Bytes to keep room for. @throws Refusal 413 */
  #sizeOf({ headers }: IncomingMessage): number {
    const { maxBytes } = this.#parts;
    const announced = headers['content-length'] === undefined ? maxBytes : Number(headers['content-length']);
    if (announced > maxBytes) throw this.#tooLarge();
    return announced;
  }

  async #bodyOf(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > this.#parts.maxBytes) throw this.#tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  #tooLarge(): Refusal {
    const { maxBytes } = this.#parts;
    return new Refusal(
      413,
      `the picture is larger than ${formatSize(maxBytes)}; send a smaller one, or raise maxBytes`,
    );
  }

  /** @throws Refusal 503 where the broker takes too long or the record was dropped. */
  async #inTime(settled: Promise<boolean>): Promise<void> {
    const { clock, timeout } = this.#parts;
    const answered = new AbortController();
    const tooLate = clock.sleep(timeout, answered.signal).then(() => false);
    const isWritten = await Promise.race([settled, tooLate]);
    answered.abort();
    if (!isWritten) throw new Refusal(503, 'the broker does not take pictures now; send the next one later');
  }
}

function ageMs(given: string | null): number {
  const age = Number(given ?? 0);
  return age >= 0 && age <= MAX_AGE_MS ? age : 0;
}

/** @throws Refusal 400 */
function matching(given: string, pattern: RegExp, name: string): string {
  if (pattern.test(given)) return given;
  throw new Refusal(400, `${name} must be letters, digits, ".", "_" and "-", at most 100`);
}
