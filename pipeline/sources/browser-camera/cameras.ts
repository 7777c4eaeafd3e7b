import { createFrameSession, type FrameSession } from '../../frame/frame-session.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SourceRecord } from '../../ports/source.ts';
import { Refusal } from '../../web/refusal.ts';
import { contentTypeOf } from '../content-type.ts';

/** A page that has sent nothing for so long is the camera no more. */
const SILENT_MS = 5000;
const MAX_CAMERAS = 64;
const TAKEN_TYPES = ['image/jpeg', 'image/webp', 'image/png'];

/** A picture as a page sends it. */
export interface SentPicture {
  readonly bytes: Buffer;
  /** Name of the camera: `frame.sourceId`. */
  readonly camera: string;
  /** What tells one opened page from all others. */
  readonly page: string;
  /** When it was taken, microseconds since 1970 UTC by the clock of this machine. */
  readonly captureTimeUs: number;
}

interface Camera {
  readonly page: string;
  readonly session: FrameSession;
  heardMs: number;
  captureTimeUs: number;
}

/** The pages that are cameras: one at a time for each name, each with a session of its own. */
export class Cameras {
  readonly #sourceName: string;
  readonly #clock: Clock;
  readonly #byName = new Map<string, Camera>();

  constructor(sourceName: string, clock: Clock) {
    this.#sourceName = sourceName;
    this.#clock = clock;
  }

  /** @throws Refusal 409 where another page is this camera, 503 where there are too many. */
  throwIfTaken(name: string, page: string): void {
    const camera = this.#byName.get(name);
    if (camera && camera.page !== page && !this.#isSilent(camera))
      throw new Refusal(409, `another page is the camera "${name}"; stop it there, or name this one otherwise`);
    if (camera ?? this.#byName.size < MAX_CAMERAS) return;
    for (const [other, known] of this.#byName) if (this.#isSilent(known)) this.#byName.delete(other);
    if (this.#byName.size >= MAX_CAMERAS)
      throw new Refusal(503, `${MAX_CAMERAS} cameras are sending, which is the most; stop one`);
  }

  /** The record of a picture. @throws Refusal 409, 415, 503 */
  frame({ bytes, camera: name, page, captureTimeUs }: SentPicture): SourceRecord {
    this.throwIfTaken(name, page);
    const contentType = contentTypeOf(bytes);
    if (!TAKEN_TYPES.includes(contentType)) throw new Refusal(415, 'the body is no picture; send a JPEG, WebP or PNG');
    const camera = this.#cameraOf(name, page);
    camera.heardMs = this.#clock.nowMs();
    camera.captureTimeUs = Math.max(camera.captureTimeUs, captureTimeUs);
    return camera.session.frame(bytes, { contentType, captureTimeUs: camera.captureTimeUs });
  }

  #cameraOf(name: string, page: string): Camera {
    const known = this.#byName.get(name);
    if (known?.page === page) return known;
    const session = createFrameSession({
      sourceId: name,
      sourceName: this.#sourceName,
      kind: 'live',
      clock: this.#clock,
    });
    const camera = { page, session, heardMs: 0, captureTimeUs: 0 };
    this.#byName.set(name, camera);
    return camera;
  }

  #isSilent({ heardMs }: Camera): boolean {
    return this.#clock.nowMs() - heardMs > SILENT_MS;
  }
}
