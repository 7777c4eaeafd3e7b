import { FatalError, messageOf } from '../errors/pipeline-error.ts';
import type { StoreIdentity } from './typed-store.ts';

/** @throws FatalError STORE_VALUE_UNREADABLE where the bytes are none of the store's serde. */
export function readValue({ stage, name, serde }: StoreIdentity, bytes: Buffer): unknown {
  try {
    return serde.deserialize(bytes);
  } catch (error) {
    const message = `store "${name}" of stage "${stage}" holds a value that its serde "${serde.name}" cannot read: ${messageOf(error)}`;
    throw new FatalError('STORE_VALUE_UNREADABLE', message, { where: { stage }, cause: error });
  }
}
