import { lines, type LintCase } from './lint-case.ts';

/** Topology files and exactly what lint says about them. */
export const textCases: readonly LintCase[] = [
  {
    name: 'accepts a whole topology',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, to: found } }',
      'taps: { screen: { on: found, sink: page, where: "score > 0.5", sample: 0.5, rate: 5 } }',
    ),
    findings: [],
  },
  {
    name: 'accepts anchors, aliases, merge keys and x- keys',
    yaml: lines(
      'name: t',
      'x-policy: &patient { retries: 9 }',
      'sources:',
      '  one: &eye { type: camera, to: frames }',
      '  two: { <<: *eye, to: others }',
      'stages:',
      '  find: { from: [frames, others], process: detect, onError: { <<: *patient, then: fail } }',
    ),
    findings: [],
  },
  {
    name: 'accepts foreign topics that are listed',
    yaml: lines('name: t', 'topics: { orders: {} }', 'taps: { log: { on: orders, sink: print } }'),
    findings: [],
  },
  {
    name: 'accepts reading dead letters',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'taps: { log: { on: t.eye.dlq, sink: print } }',
    ),
    findings: [],
  },
  {
    name: 'accepts what a sink writes as provided',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'taps:',
      '  dupe: { on: frames, sink: copy, with: { to: copies } }',
      '  log: { on: copies, sink: print }',
    ),
    findings: [],
  },
  {
    name: 'accepts several sources into one topic',
    yaml: lines('name: t', 'sources:', '  left: { type: camera, to: frames }', '  right: { type: camera, to: frames }'),
    findings: [],
  },
  {
    name: 'says that an empty file is empty',
    yaml: lines('# nothing'),
    findings: ['t.yaml:1:1 TOPOLOGY_EMPTY the topology file is empty; give it a name:, sources: and stages:'],
  },
  {
    name: 'says that there is nothing to run',
    yaml: lines('name: t'),
    findings: [
      't.yaml:1:1 TOPOLOGY_EMPTY the topology has no source, no stage and no tap; add a source and a stage that reads its topic',
    ],
  },
  {
    name: 'says where the YAML breaks',
    yaml: lines('name: t', 'sources: { eye: { type: camera, to: frames }'),
    findings: [
      't.yaml:3:1 TOPOLOGY_YAML not valid YAML: Flow map in block collection must be sufficiently indented and end with a }; correct the file here or just above',
    ],
  },
  {
    name: 'refuses tabs',
    yaml: lines('name: t', 'sources:', '\teye: { type: camera, to: frames }'),
    findings: [
      't.yaml:3:1 TOPOLOGY_YAML not valid YAML: Tabs are not allowed as indentation; correct the file here or just above',
    ],
  },
  {
    name: 'refuses a list at the top',
    yaml: lines('- name: t'),
    findings: ['t.yaml:1:1 TOPOLOGY_YAML a topology is a mapping, got something else; begin with name: and sources:'],
  },
  {
    name: 'refuses two documents',
    yaml: lines('name: t', 'sources: { eye: { type: camera, to: frames } }', '---', 'name: u'),
    findings: ['t.yaml:3:1 TOPOLOGY_YAML a second document begins here; give each topology a file of its own'],
  },
  {
    name: 'finds aliases without anchors',
    yaml: lines('name: t', 'sources: { eye: *camera }'),
    findings: [
      't.yaml:2:17 TOPOLOGY_YAML alias *camera has no anchor above it; add &camera to the value that is meant',
    ],
  },
  {
    name: 'finds anchors that contain themselves',
    yaml: lines('name: t', 'sources: &all { eye: *all }'),
    findings: ['t.yaml:2:15 TOPOLOGY_YAML an anchor contains an alias to itself; write the value out'],
  },
  {
    name: 'finds merge keys that merge no mapping',
    yaml: lines('name: t', 'sources: { eye: { <<: camera, type: camera, to: frames } }'),
    findings: [
      't.yaml:2:23 TOPOLOGY_YAML the merge key << takes a mapping or a list of mappings; give it an alias of one',
    ],
  },
  {
    name: 'finds duplicate keys and the first of them',
    yaml: lines('name: t', 'sources:', '  eye: { type: camera, to: frames }', '  eye: { type: lines, to: frames }'),
    findings: [
      't.yaml:4:3 TOPOLOGY_DUPLICATE_KEY "eye" is given twice in one mapping, first at line 3; remove one of them',
    ],
  },
  {
    name: 'finds unknown keys at the top and guesses',
    yaml: lines(
      'name: t',
      'source: { eye: { type: camera, to: frames } }',
      'sources: { eye: { type: camera, to: frames } }',
    ),
    findings: ['t.yaml:2:1 TOPOLOGY_UNKNOWN_KEY the topology has no key "source"; did you mean "sources"?'],
  },
  {
    name: 'finds unknown keys without a guess and lists the known',
    yaml: lines('name: t', 'sources: { eye: { type: camera, to: frames } }', 'defaults: { colour: red }'),
    findings: [
      't.yaml:3:13 TOPOLOGY_UNKNOWN_KEY the topology has no key "defaults.colour"; known are partitions, replicas, guarantee, state, timeout, batch and onError',
    ],
  },
  {
    name: 'finds unknown keys deep inside',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, onError: { retrys: 3 } } }',
    ),
    findings: ['t.yaml:3:61 TOPOLOGY_UNKNOWN_KEY stage "find" has no key "onError.retrys"; did you mean "retries"?'],
  },
  {
    name: 'sends options that stand one level too high under with',
    yaml: lines('name: t', 'sources: { eye: { type: camera, to: frames, fps: 5 } }'),
    findings: [
      't.yaml:2:45 TOPOLOGY_UNKNOWN_KEY source "eye" has no key "fps"; it is an option of type "camera": put it under with:',
    ],
  },
  {
    name: 'finds missing keys',
    yaml: lines('sources: { eye: { to: frames } }', 'stages: { find: { process: detect } }', 'taps: { log: {} }'),
    findings: [
      't.yaml:1:1 TOPOLOGY_MISSING_KEY the topology lacks "name"; add it (prefix of consumer groups, transactional ids and dead letter topics)',
      't.yaml:1:12 TOPOLOGY_MISSING_KEY source "eye" lacks "type"; add it (built-in source, or path of a module of yours such as ./sources/lights.ts)',
      't.yaml:2:11 TOPOLOGY_MISSING_KEY stage "find" lacks "from"; add it (topic it reads, or a list of topics)',
      't.yaml:3:9 TOPOLOGY_MISSING_KEY tap "log" lacks "on"; add it (topic it reads, any topic at all)',
      't.yaml:3:9 TOPOLOGY_MISSING_KEY tap "log" lacks "sink"; add it (built-in sink, or path of a module of yours such as ./sinks/mail.ts)',
    ],
  },
  {
    name: 'finds parts that are empty',
    yaml: lines('name: t', 'sources:', '  eye:'),
    findings: ['t.yaml:3:3 TOPOLOGY_INVALID_VALUE source "eye" is empty; it must be a mapping (key: value)'],
  },
  {
    name: 'finds values of the wrong type',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: { a: b }, process: detect, replicas: two, concurrency: 1.5 } }',
    ),
    findings: [
      't.yaml:3:25 TOPOLOGY_INVALID_VALUE stage "find": from is a mapping; it must be text or a list',
      't.yaml:3:62 TOPOLOGY_INVALID_VALUE stage "find": replicas is "two"; it must be a number',
      't.yaml:3:80 TOPOLOGY_INVALID_VALUE stage "find": concurrency is 1.5; it must be a whole number',
    ],
  },
  {
    name: 'finds values out of bounds',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'defaults: { partitions: 0 }',
      'taps: { log: { on: frames, sink: print, sample: 1.5, rate: 0 } }',
    ),
    findings: [
      't.yaml:3:25 TOPOLOGY_INVALID_VALUE the topology: defaults.partitions is 0; it must be at least 1',
      't.yaml:4:49 TOPOLOGY_INVALID_VALUE tap "log": sample is 1.5; it must be at most 1',
      't.yaml:4:60 TOPOLOGY_INVALID_VALUE tap "log": rate is 0; it must be more than 0',
    ],
  },
  {
    name: 'finds unknown choices and guesses',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, delivery: lates, onError: { then: explode } } }',
    ),
    findings: [
      't.yaml:3:60 TOPOLOGY_INVALID_VALUE stage "find": delivery is "lates"; did you mean "latest"?',
      't.yaml:3:84 TOPOLOGY_INVALID_VALUE stage "find": onError.then is "explode"; it must be deadLetter, fail or skip',
    ],
  },
  {
    name: 'finds durations that are none',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, timeout: 5, batch: { linger: 10 minutes } } }',
    ),
    findings: [
      't.yaml:3:59 TOPOLOGY_INVALID_VALUE stage "find": timeout is 5; it must be a duration such as 100ms, 10s, 10m, 2h or 14d',
      't.yaml:3:79 TOPOLOGY_INVALID_VALUE stage "find": batch.linger is "10 minutes"; it must be a duration such as 100ms, 10s, 10m, 2h or 14d',
    ],
  },
  {
    name: 'finds durations out of bounds',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, timeout: 0ms, onError: { backoff: 1h } } }',
    ),
    findings: [
      't.yaml:3:59 TOPOLOGY_INVALID_VALUE stage "find": timeout is "0ms"; it must be a duration from 1ms to 1d',
      't.yaml:3:84 TOPOLOGY_INVALID_VALUE stage "find": onError.backoff is "1h"; it must be a duration from 0ms to 10s',
    ],
  },
  {
    name: 'finds sizes that are none',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'topics: { frames: { maxMessageBytes: 16 MB, retentionBytes: lots } }',
    ),
    findings: [
      't.yaml:3:38 TOPOLOGY_INVALID_VALUE topic "frames": maxMessageBytes is "16 MB"; it must be a size such as 512KB or 16MB (units B, KB, MB, GB; 1KB is 1024 bytes)',
      't.yaml:3:61 TOPOLOGY_INVALID_VALUE topic "frames": retentionBytes is "lots"; it must be a size such as 512KB or 16MB (units B, KB, MB, GB; 1KB is 1024 bytes), or unlimited',
    ],
  },
  {
    name: 'finds sizes out of bounds',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'topics: { frames: { segmentBytes: 1KB } }',
    ),
    findings: [
      't.yaml:3:35 TOPOLOGY_INVALID_VALUE topic "frames": segmentBytes is "1KB"; it must be a size from 1MB to 1GB',
    ],
  },
  {
    name: 'finds segments that cannot hold a record',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'topics: { frames: { segmentBytes: 8MB, maxMessageBytes: 16MB } }',
    ),
    findings: [
      't.yaml:3:35 TOPOLOGY_SEGMENT_TOO_SMALL topic "frames": a segment of segmentBytes cannot hold a record of maxMessageBytes; raise segmentBytes',
    ],
  },
  {
    name: 'finds a bad name of the topology',
    yaml: lines('name: my street', 'sources: { eye: { type: camera, to: frames } }'),
    findings: [
      't.yaml:1:7 TOPOLOGY_INVALID_VALUE the topology: name is "my street"; it must begin with a letter or digit and go on with letters, digits, "_" and "-", at most 60 in all, as it becomes part of group and topic names',
    ],
  },
  {
    name: 'finds bad names of parts',
    yaml: lines('name: t', 'sources: { my.eye: { type: camera, to: frames } }'),
    findings: [
      't.yaml:2:12 TOPOLOGY_BAD_NAME "my.eye" cannot name a source; it must begin with a letter or digit and go on with letters, digits, "_" and "-", at most 60 in all, as it becomes part of group and topic names',
    ],
  },
  {
    name: 'finds bad topic names',
    yaml: lines('name: t', "sources: { eye: { type: camera, to: 'camera frames' } }", 'topics: { __offsets: {} }'),
    findings: [
      't.yaml:2:37 TOPOLOGY_INVALID_VALUE source "eye": to is "camera frames"; it must be 1 to 249 letters, digits, ".", "_" and "-", other than "." and "..", and not begin with "__", which Kafka keeps for itself',
      't.yaml:3:11 TOPOLOGY_BAD_NAME "__offsets" cannot name a topic; it must be 1 to 249 letters, digits, ".", "_" and "-", other than "." and "..", and not begin with "__", which Kafka keeps for itself',
      't.yaml:3:11 TOPOLOGY_UNUSED_TOPIC warning: topic "__offsets" is read and written by nothing; remove it',
    ],
  },
  {
    name: 'finds topic names that are too long',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx } }',
    ),
    findings: [
      't.yaml:2:37 TOPOLOGY_INVALID_VALUE source "eye": to is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."; it must be 1 to 249 letters, digits, ".", "_" and "-", other than "." and "..", and not begin with "__", which Kafka keeps for itself',
    ],
  },
];
