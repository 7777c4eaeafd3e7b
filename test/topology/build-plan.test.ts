import { describe, expect, it } from 'vitest';
import type { Plan } from '../../pipeline/topology/plan.ts';
import { samplePlan as plan } from './sample-plan.ts';

const MB = 1024 * 1024;

const topicOf = ({ topics }: Plan, name: string) => topics.find((topic) => topic.name === name);

const CAMERA = 'sources: { eye: { type: camera, to: frames } }';

describe('the plan', () => {
  it('has every default filled in', () => {
    const { sources, stages, taps } = plan(
      CAMERA,
      'stages: { find: { from: frames, process: detect, to: found } }',
      'taps: { log: { on: found, sink: print } }',
    );

    expect(sources).toEqual([
      {
        name: 'eye',
        type: 'camera',
        to: 'frames',
        options: { fps: 10, device: '/dev/video0' },
        deadLetterTopic: 't.eye.dlq',
        endless: true,
        live: true,
        positions: null,
        maxUnderWay: 24,
        buffer: { records: 256, bytes: 32 * MB },
      },
    ]);
    expect(stages).toEqual([
      {
        name: 'find',
        group: 't.find',
        from: ['frames'],
        to: { default: 'found' },
        process: 'detect',
        options: { minScore: 0.5, backend: 'onnx' },
        guarantee: 'at-least-once',
        state: 'memory',
        serdes: {},
        changelogs: {},
        delivery: 'every',
        maxAgeMs: null,
        maxIdleMs: 0,
        replicas: 1,
        concurrency: null,
        order: 'partition',
        batch: { records: 500, bytes: 4 * MB, lingerMs: 0 },
        timeoutMs: 30_000,
        onError: { retries: 3, backoffMs: 100, then: 'deadLetter', crashes: 2, scope: 'partition' },
        deadLetterTopic: 't.find.dlq',
      },
    ]);
    expect(taps).toEqual([
      {
        name: 'log',
        group: 't.tap.log',
        on: 'found',
        sink: 'print',
        options: {},
        mode: 'live',
        where: null,
        select: null,
        sample: null,
        rate: null,
        onError: { retries: 3, backoffMs: 100, then: 'deadLetter' },
        deadLetterTopic: 't.log.dlq',
      },
    ]);
  });

  it('takes from defaults: what a part does not say itself, key by key', () => {
    const { stages } = plan(
      CAMERA,
      'defaults: { replicas: 2, timeout: 5s, onError: { retries: 9, then: skip, crashes: 5 }, batch: { records: 7 } }',
      'stages:',
      '  a: { from: frames, process: detect, onError: { then: fail, crashes: 0 }, batch: { linger: 50ms }, replicas: 1 }',
      '  b: { from: frames, process: detect, timeout: 1m }',
    );

    expect(stages).toMatchObject([
      {
        replicas: 1,
        timeoutMs: 5000,
        onError: { retries: 9, backoffMs: 100, then: 'fail', crashes: 0 },
        batch: { records: 7, bytes: 4 * MB, lingerMs: 50 },
      },
      {
        replicas: 2,
        timeoutMs: 60_000,
        onError: { retries: 9, then: 'skip', crashes: 5 },
        batch: { records: 7, lingerMs: 0 },
      },
    ]);
  });

  it('puts stages in flow order, however the file orders them', () => {
    const { stages } = plan(
      CAMERA,
      'stages:',
      '  last: { from: [b, a], process: detect }',
      '  second: { from: a, process: detect, to: b }',
      '  first: { from: frames, process: detect, to: a }',
    );

    expect(stages.map(({ name }) => name)).toEqual(['first', 'second', 'last']);
  });

  it('bounds topics by what they hold: frames, other records, dead letters', () => {
    const found = plan(CAMERA, 'stages: { sort: { from: frames, process: split, to: { alerts: alarms } } }');

    expect(found.topics.map(({ name, holds }) => `${name} ${holds}`)).toEqual([
      'frames frames',
      'alarms records',
      't.eye.dlq deadLetters',
      't.sort.dlq deadLetters',
    ]);
    expect(topicOf(found, 'frames')).toEqual({
      name: 'frames',
      holds: 'frames',
      partitions: 2,
      retentionMs: 600_000,
      retentionBytes: 128 * MB,
      segmentBytes: 32 * MB,
      maxMessageBytes: 16 * MB,
      explicit: [],
    });
    expect(topicOf(found, 'alarms')).toMatchObject({ retentionMs: 7 * 86_400_000, maxMessageBytes: MB });
    expect(topicOf(found, 't.sort.dlq')).toMatchObject({
      partitions: 1,
      retentionMs: 14 * 86_400_000,
      retentionBytes: 64 * MB,
      maxMessageBytes: 17 * MB,
    });
  });

  it('gives a source that has positions a topic for them, of one partition whatever the others have', () => {
    const { sources, topics } = plan(
      'defaults: { partitions: 8 }',
      'sources: { entries: { type: journal, to: entries }, rows: { type: lines, to: rows, with: { path: a } } }',
    );

    expect(sources.map(({ positions }) => positions)).toEqual([
      { topic: 't-entries-positions', transactionalId: 't.entries' },
      null,
    ]);
    expect(topics.filter(({ holds }) => holds === 'positions')).toMatchObject([
      { name: 't-entries-positions', partitions: 1, retentionMs: -1, retentionBytes: -1 },
    ]);
  });

  it('lets dead letters be larger than any input, dead letters of dead letters included', () => {
    const found = plan(
      CAMERA,
      'topics: { frames: { maxMessageBytes: 64MB } }',
      'stages:',
      '  mend: { from: t.find.dlq, process: detect }',
      '  find: { from: frames, process: detect }',
    );

    expect(topicOf(found, 'frames')).toMatchObject({ segmentBytes: 64 * MB, explicit: ['maxMessageBytes'] });
    expect(topicOf(found, 't.find.dlq')).toMatchObject({ maxMessageBytes: 65 * MB, segmentBytes: 65 * MB });
    expect(topicOf(found, 't.mend.dlq')).toMatchObject({ maxMessageBytes: 66 * MB });
  });

  it('names the settings the file gives, in the words of the plan', () => {
    const { topics } = plan(CAMERA, 'topics: { frames: { retention: unlimited, retentionBytes: 1GB, partitions: 3 } }');

    expect(topics[0]).toMatchObject({ partitions: 3, retentionMs: -1, retentionBytes: 1024 * MB });
    expect(topics[0]?.explicit.toSorted()).toEqual(['partitions', 'retentionBytes', 'retentionMs']);
  });

  it('plans the topics a sink writes', () => {
    const found = plan(CAMERA, 'taps: { dupe: { on: frames, sink: copy, with: { to: copies } } }');

    expect(topicOf(found, 'copies')).toMatchObject({ holds: 'frames' });
    expect(found.taps[0]).toMatchObject({ mode: 'durable' });
  });

  it('forgets maxAge where every record is delivered', () => {
    const { stages } = plan(
      CAMERA,
      'stages:',
      '  a: { from: frames, process: detect, delivery: latest, maxAge: 500ms }',
      '  b: { from: frames, process: detect, delivery: every, maxAge: 500ms }',
    );

    expect(stages.map(({ maxAgeMs }) => maxAgeMs)).toEqual([500, null]);
  });

  it('is frozen through and through, and plain JSON', () => {
    const found = plan(CAMERA, 'stages: { find: { from: frames, process: detect, with: { classes: [person] } } }');

    expect(Object.isFrozen(found.stages[0]?.options)).toBe(true);
    expect(() => Object.assign(found.stages[0]?.batch ?? {}, { records: 1 })).toThrow(TypeError);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });
});
