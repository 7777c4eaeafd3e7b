import type { Serde } from '../ports/store.ts';

/** JSON as UTF-8; what JSON cannot say (undefined, functions, big integers) is refused. */
export const json: Serde<unknown> = {
  name: 'json',
  serialize(value) {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`JSON has no word for ${typeof value}`);
    return Buffer.from(text);
  },
  deserialize: (bytes) => JSON.parse(bytes.toString()) as unknown,
};

/** Text as UTF-8. */
export const string: Serde<string> = {
  name: 'string',
  serialize: (value) => Buffer.from(value),
  deserialize: (bytes) => bytes.toString(),
};

/** Bytes as they are. */
export const bytes: Serde<Buffer> = {
  name: 'bytes',
  serialize: (value) => value,
  deserialize: (value) => value,
};

/** The serdes that come with tapline. */
export const serdes = { json, string, bytes } as const;
