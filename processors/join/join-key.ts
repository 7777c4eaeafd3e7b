import { readFrameMeta, type ConsumerRecord } from '../../pipeline/index.ts';
import { digest } from '../keys/digest.ts';
import { storeKeyOf } from '../keys/store-key.ts';
import type { JoinOptions } from './options.ts';
import type { JoinKey } from './shape.ts';

/**
 * How records are told what they match by.
 * @throws PoisonRecordError FRAME_META_INVALID, by frameId, where a record is no frame.
 */
export function keyReader(by: JoinOptions['by']): (record: ConsumerRecord) => JoinKey | null {
  return by === 'frameId' ? frameIdOf : keyOf;
}

function keyOf({ key }: ConsumerRecord): JoinKey | null {
  // The bytes decide: keys that are no text may look the same.
  return key && { text: key.toString('utf8'), id: digest(key.toString('base64')) };
}

function frameIdOf({ headers }: ConsumerRecord): JoinKey {
  const { id } = readFrameMeta(headers).frame;
  return { text: id, id: storeKeyOf(id) };
}
