import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { topologyJsonSchema } from '../../pipeline/topology/json-schema.ts';
import { textCases } from './lint-cases-text.ts';
import { sampleRegistry } from './sample-registry.ts';

const validate = new Ajv({ allErrors: true }).compile(topologyJsonSchema(sampleRegistry));

const TOPOLOGY = `
name: t
x-mine: { anything: [goes] }
defaults: { partitions: 3, onError: { retries: 1 } }
topics: { found: { retention: unlimited, retentionBytes: 1.5GB } }
sources: { eye: { type: camera, to: frames, with: { fps: 5 } }, mine: { type: ./sources/mine.ts, to: rows, with: { any: 1 } } }
stages:
  find: { from: [frames], process: detect, to: { default: found }, with: { minScore: 0.5 }, batch: { linger: 5ms } }
  sort: { from: found, process: split, to: { alerts: alarms } }
taps: { screen: { on: found, sink: page, where: x, sample: 0.1 } }
`;

/** Faults that a schema of one file can know, as \`[find, put]\` in the topology above. */
const FAULTS: readonly (readonly [string, string])[] = [
  ['name: t', 'nme: t'],
  ['name: t', 'name: my street'],
  ['partitions: 3', 'partitions: 0'],
  ['retries: 1', 'retires: 1'],
  ['retention: unlimited', 'retention: 10 minutes'],
  ['1.5GB', '1.5'],
  ['to: frames', 'to: my frames'],
  ['fps: 5', 'fps: 500'],
  ['fps: 5', 'fsp: 5'],
  ['minScore: 0.5', 'minScore: 5'],
  ['default: found', 'found: found'],
  ['alerts: alarms', 'alarm: alarms'],
  ['sample: 0.1', 'sample: 0'],
  ['from: found', 'form: found'],
  ['type: camera', 'type: lines'],
];

describe('the JSON Schema of topology.yaml', () => {
  it('accepts what lint accepts', () => {
    expect(validate(parse(TOPOLOGY)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(FAULTS)('refuses "%s" turned into "%s"', (find, put) => {
    expect(TOPOLOGY).toContain(find);

    expect(validate(parse(TOPOLOGY.replace(find, put)))).toBe(false);
  });

  it.each(textCases.filter(({ findings }) => findings.length === 0))('agrees: $name', ({ yaml }) => {
    expect(validate(parse(yaml, { merge: true })), JSON.stringify(validate.errors)).toBe(true);
  });

  it('accepts variables in the place of numbers, choices and durations', () => {
    const yaml = TOPOLOGY.replace('fps: 5', 'fps: "${FPS:-5}"')
      .replace('linger: 5ms', 'linger: "${LINGER}"')
      .replace('partitions: 3', 'partitions: "${PARTITIONS}", guarantee: "${GUARANTEE}"');

    expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('describes every key, so that editors can show it', () => {
    const { properties = {} } = topologyJsonSchema(sampleRegistry);

    expect(Object.keys(properties)).toEqual(['extends', 'name', 'defaults', 'topics', 'sources', 'stages', 'taps']);
    for (const property of Object.values(properties)) expect(property).toHaveProperty('description');
  });
});
