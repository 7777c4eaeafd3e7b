import {
  parseRawContentType,
  readRawFrame,
  type ConsumerRecord,
  type Frame,
  type KeyValueStore,
  type StoreSpec,
} from '../../pipeline/index.ts';
import type { Sharp } from '../picture/sharp.ts';

const QUALITY = 80;

/** An encoded picture and what is known about its frame. */
export interface KeptPicture {
  readonly frameMeta: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export type PictureStore = KeyValueStore<KeptPicture>;

/** Pictures as they are, each behind a line of JSON: base64 would take a third more of every changelog. */
export const PICTURE_STORE: StoreSpec = {
  type: 'keyValue',
  serde: { name: 'alert picture', serialize: (value) => serialize(value as KeptPicture), deserialize },
};

/** The best picture so far of each rule and source, since before its alert starts until it ends. */
export class KeptPictures {
  readonly #store: PictureStore;
  readonly #sharp: Sharp;

  constructor(store: PictureStore, sharp: Sharp) {
    this.#store = store;
    this.#sharp = sharp;
  }

  get(key: string): KeptPicture | undefined {
    return this.#store.get(key);
  }

  async keep(key: string, frame: Frame, record: ConsumerRecord): Promise<void> {
    this.#store.put(key, { frameMeta: JSON.stringify(frame.meta), ...(await this.#encoded(frame, record)) });
  }

  forget(key: string): void {
    if (this.#store.get(key) !== undefined) this.#store.delete(key);
  }

  async #encoded({ bytes, contentType }: Frame, record: ConsumerRecord): Promise<Omit<KeptPicture, 'frameMeta'>> {
    if (parseRawContentType(contentType) === null) return { bytes, contentType };
    const { width, height } = readRawFrame(record).pixels;
    const picture = this.#sharp(bytes, { raw: { width, height, channels: 3 }, limitInputPixels: false });
    return {
      bytes: await picture.jpeg({ quality: QUALITY, optimiseCoding: false }).toBuffer(),
      contentType: 'image/jpeg',
    };
  }
}

function serialize({ bytes, ...about }: KeptPicture): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`), bytes]);
}

function deserialize(stored: Buffer): KeptPicture {
  const end = stored.indexOf('\n');
  const about = JSON.parse(stored.toString('utf8', 0, end)) as Omit<KeptPicture, 'bytes'>;
  return { ...about, bytes: stored.subarray(end + 1) };
}
