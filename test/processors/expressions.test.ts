import { describe, expect, it } from 'vitest';
import filter from '../../processors/filter.ts';
import map from '../../processors/map.ts';
import meta from '../../processors/meta.ts';
import { frameMeta, frameRecord, plainRecord, started } from './frame-records.ts';

const person = {
  id: '0',
  trackId: null,
  model: 'coco-ssd',
  label: 'person',
  labelId: 1,
  score: 0.87,
  bbox: [1, 2, 3, 4] as [number, number, number, number],
  attributes: [],
  zones: [],
};
const frame = frameRecord(Buffer.from([1, 2, 3]), 'image/jpeg', frameMeta({ objects: [person] }));

describe('meta', () => {
  it('hands on what is known about a frame as JSON, without its picture', async () => {
    const process = await started(meta);

    const [output] = await process(frame);

    expect(JSON.parse(output?.value as string)).toEqual(frameMeta({ objects: [person] }));
    expect(output?.headers).toEqual({ 'content-type': 'application/json' });
  });
});

describe('filter', () => {
  it('lets frames pass, unchanged, by what is known about them', async () => {
    const passes = await started(filter, { where: "objects[label='person' and score > 0.6]" });
    const refuses = await started(filter, { where: "objects[label='person' and score > 0.9]" });

    expect(await passes(frame)).toEqual([{ value: frame.value }]);
    expect((await refuses(frame)).filter(Boolean)).toEqual([]);
  });

  it('has its expression checked with its other options, so that lint can tell', () => {
    const message = (where: string) => filter.options.safeParse({ where }).error?.issues[0]?.message;

    expect(message('objects[')).toBe('is no JSONata at character 9: Expected "]" before end of expression');
    expect(message('')).toContain('is no JSONata at character 1');
    expect(message('objects')).toBeUndefined();
  });
});

describe('map', () => {
  it('makes a new JSON value of each record', async () => {
    const process = await started(map, {
      select: "{ 'sensor': $record.key, 'fahrenheit': celsius * 9 / 5 + 32, 'at': $record.offset }",
    });

    const outputs = await process(plainRecord('{"celsius": 100}'));

    expect(outputs).toEqual([
      { value: '{"sensor":"cam1","fahrenheit":212,"at":"42"}', headers: { 'content-type': 'application/json' } },
    ]);
  });

  it('writes lists as plain lists, and nothing where the expression selects nothing', async () => {
    const process = await started(map, { select: 'readings[$ > 2]' });

    expect(await process(plainRecord('{"readings": [1, 3, 4]}'))).toMatchObject([{ value: '[3,4]' }]);
    expect(await process(plainRecord('{"readings": [3]}'))).toMatchObject([{ value: '3' }]);
    expect((await process(plainRecord('{"readings": [1]}'))).filter(Boolean)).toEqual([]);
  });
});
