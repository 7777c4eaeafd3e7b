import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import prettier from 'prettier';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { frameMetaJsonSchema } from '../../pipeline/frame/frame-meta.ts';
import annotate from '../../processors/annotate/index.ts';
import decode from '../../processors/decode.ts';
import encode from '../../processors/encode.ts';
import meta from '../../processors/meta.ts';
import motion from '../../processors/motion/index.ts';
import resize from '../../processors/resize.ts';
import { frameMeta, frameRecord, onlyFrame, started } from '../processors/frame-records.ts';

const SCHEMA_FILE = join(import.meta.dirname, '../../docs/frame-meta.schema.json');

const validate = new Ajv2020({ strict: true, strictTuples: false }).compile(frameMetaJsonSchema());

describe('the schema of frame-meta', () => {
  it('is what docs/frame-meta.schema.json says (vitest -u writes it anew)', async () => {
    const text = await prettier.format(JSON.stringify(frameMetaJsonSchema()), { parser: 'json', printWidth: 120 });

    await expect(text).toMatchFileSnapshot(SCHEMA_FILE);
  });

  it('is kept by every processor of pictures, one after the other', async () => {
    const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#08f' } })
      .jpeg()
      .toBuffer();
    const box = {
      id: '0',
      trackId: null,
      model: 'm',
      label: 'dog',
      labelId: 18,
      score: 0.5,
      attributes: [],
      zones: [],
    };
    const known = frameMeta({
      objects: [{ ...box, bbox: [1, 2, 30, 20] }],
      truth: { objects: [{ label: 'dog', bbox: [1, 2, 30, 20] }] },
      dropped: { count: 1, reasons: { STALE: 1 } },
    });
    let record = frameRecord(picture, 'image/jpeg', known);

    for (const [definition, options] of [
      [decode, { maxWidth: 48 }],
      [motion, {}],
      [resize, { width: 24 }],
      [annotate, {}],
      [encode, {}],
    ] as const) {
      const frame = onlyFrame(await (await started(definition, options))(record));
      expect(validate(frame.meta), `${definition.name}: ${JSON.stringify(validate.errors)}`).toBe(true);
      record = frameRecord(frame.bytes, frame.contentType, frame.meta);
    }
    const [output] = await (await started(meta))(record);

    expect(validate(JSON.parse(output?.value as string))).toBe(true);
  });

  it('refuses what readers could not use', () => {
    expect(validate({ ...frameMeta(), version: '2' })).toBe(false);
    expect(validate({ ...frameMeta(), objects: [{}] })).toBe(false);
    expect(validate(frameMeta({}, { width: -1 }))).toBe(false);
  });
});
