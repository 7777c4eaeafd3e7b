import { lines, type LintCase } from './lint-case.ts';

/** Topology files and exactly what lint says about them. */
export const wiringCases: readonly LintCase[] = [
  {
    name: 'finds names taken by another kind of part',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'taps: { eye: { on: frames, sink: print } }',
    ),
    findings: [
      't.yaml:3:9 TOPOLOGY_NAME_TAKEN tap "eye" has the name of source "eye" at line 2, so both would share one dead letter topic; rename one of them',
    ],
  },
  {
    name: 'finds unknown sources and guesses',
    yaml: lines('name: t', 'sources: { eye: { type: camra, to: frames } }'),
    findings: [
      't.yaml:2:25 TOPOLOGY_UNKNOWN_SOURCE source "eye" has type "camra", which does not exist; did you mean "camera"?',
    ],
  },
  {
    name: 'finds unknown processors and lists what there is',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: transmogrify } }',
    ),
    findings: [
      't.yaml:3:42 TOPOLOGY_UNKNOWN_PROCESSOR stage "find" has process "transmogrify", which does not exist; there are detect, split, scale and dated, or give a path such as ./processors/transmogrify.ts',
    ],
  },
  {
    name: 'finds unknown sinks and guesses swapped letters',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'taps: { log: { on: frames, sink: pgae } }',
    ),
    findings: [
      't.yaml:3:34 TOPOLOGY_UNKNOWN_SINK tap "log" has sink "pgae", which does not exist; did you mean "page"?',
    ],
  },
  {
    name: 'finds unknown options and guesses',
    yaml: lines('name: t', 'sources: { eye: { type: camera, to: frames, with: { fpss: 5 } } }'),
    findings: [
      't.yaml:2:53 TOPOLOGY_UNKNOWN_OPTION source "eye": source "camera" has no option "fpss"; did you mean "fps"?',
    ],
  },
  {
    name: 'finds unknown options deep inside',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, with: { region: { width: 5, hight: 5 } } } }',
    ),
    findings: [
      't.yaml:3:58 TOPOLOGY_MISSING_OPTION stage "find" lacks with.region.height, which processor "detect" needs; add it',
      't.yaml:3:78 TOPOLOGY_UNKNOWN_OPTION stage "find": processor "detect" has no option "region.hight"; did you mean "height"?',
    ],
  },
  {
    name: 'finds missing options',
    yaml: lines('name: t', 'sources: { file: { type: lines, to: rows } }'),
    findings: [
      't.yaml:2:12 TOPOLOGY_MISSING_OPTION source "file" lacks with.path, which source "lines" needs; add it (file to read)',
    ],
  },
  {
    name: 'finds invalid options',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, with: { minScore: 50, backend: gpu, classes: [1] } } }',
    ),
    findings: [
      't.yaml:3:68 TOPOLOGY_INVALID_OPTION stage "find": with.minScore is 50; it must be at most 1',
      't.yaml:3:81 TOPOLOGY_INVALID_OPTION stage "find": with.backend is "gpu"; it must be onnx or wasm',
      't.yaml:3:96 TOPOLOGY_INVALID_OPTION stage "find": with.classes.0 is 1; it must be text',
    ],
  },
  {
    name: 'finds options that do not fit together',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: scale } }',
    ),
    findings: [
      't.yaml:3:11 TOPOLOGY_INVALID_OPTION stage "find": with does not fit together; give width, height or both',
    ],
  },
  {
    name: 'finds options that are no JSON once parsed',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      "stages: { find: { from: frames, process: dated, with: { since: '2020-01-01' } } }",
    ),
    findings: [
      't.yaml:3:49 TOPOLOGY_OPTIONS_NOT_JSON stage "find": the options of processor "dated" become values that are no JSON; keep transforms out of the schema',
    ],
  },
  {
    name: 'finds outputs the processor does not have',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { sort: { from: frames, process: split, to: { alert: alarms, default: rest } } }',
    ),
    findings: [
      't.yaml:3:62 TOPOLOGY_UNKNOWN_OUTPUT stage "sort": processor "split" has no output "alert"; did you mean "alerts"?',
    ],
  },
  {
    name: 'finds topics nobody provides and guesses',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frmes, process: detect } }',
    ),
    findings: [
      't.yaml:3:25 TOPOLOGY_UNKNOWN_TOPIC stage "find" reads "frmes", which nothing provides; did you mean "frames"?',
    ],
  },
  {
    name: 'finds topics nobody provides without a guess',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'taps: { log: { on: orders, sink: print } }',
    ),
    findings: [
      't.yaml:3:20 TOPOLOGY_UNKNOWN_TOPIC tap "log" reads "orders", which nothing provides; list it under topics: if others write it',
    ],
  },
  {
    name: 'warns of listed topics nobody uses',
    yaml: lines('name: t', 'sources: { eye: { type: camera, to: frames } }', 'topics: { framse: { partitions: 3 } }'),
    findings: [
      't.yaml:3:11 TOPOLOGY_UNUSED_TOPIC warning: topic "framse" is read and written by nothing; did you mean "frames"?',
    ],
  },
  {
    name: 'finds topics Kafka takes for the same',
    yaml: lines(
      'name: t',
      'sources:',
      '  one: { type: camera, to: street.frames }',
      '  two: { type: camera, to: street_frames }',
    ),
    findings: [
      't.yaml:4:28 TOPOLOGY_TOPIC_COLLISION topic "street_frames" collides with "street.frames" at line 3, as Kafka takes "." and "_" for the same; rename one of them',
    ],
  },
  {
    name: 'finds writers into dead letters of others',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: t.find.dlq } }',
      'stages: { find: { from: t.find.dlq, process: detect } }',
    ),
    findings: [
      't.yaml:2:37 TOPOLOGY_DEAD_LETTER_TOPIC source "eye" writes "t.find.dlq", where the dead letters of stage "find" go; name another topic',
    ],
  },
  {
    name: 'finds stages that feed themselves',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, to: frames } }',
    ),
    findings: [
      't.yaml:3:54 TOPOLOGY_SELF_LOOP stage "find" writes "frames", which it reads at line 3; write to another topic',
    ],
  },
  {
    name: 'warns of circles',
    yaml: lines(
      'name: t',
      'stages:',
      '  ping: { from: a, process: detect, to: b }',
      '  pong: { from: b, process: detect, to: a }',
    ),
    findings: [
      't.yaml:3:3 TOPOLOGY_CYCLE warning: the stages ping -> pong -> ping feed each other in a circle; make sure that one of them lets records end',
    ],
  },
  {
    name: 'finds an input given twice',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: [frames, frames], process: detect } }',
    ),
    findings: [
      't.yaml:3:34 TOPOLOGY_DUPLICATE_TOPIC stage "find" reads "frames" twice, first at line 3; remove one of them',
    ],
  },
  {
    name: 'warns of two outputs into one topic',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { sort: { from: frames, process: split, to: { default: all, alerts: all } } }',
    ),
    findings: [
      't.yaml:3:77 TOPOLOGY_DUPLICATE_TOPIC warning: stage "sort" writes "all" twice, first at line 3; remove one of them',
    ],
  },
  {
    name: 'warns of replicas without partitions',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'defaults: { partitions: 1 }',
      'stages: { find: { from: frames, process: detect, replicas: 3 } }',
    ),
    findings: [
      't.yaml:4:60 TOPOLOGY_IDLE_REPLICAS warning: stage "find" has 3 replicas but its input only 1 partition, so 2 will idle; raise the partitions or lower the replicas',
    ],
  },
  {
    name: "warns of replicas from the defaults, by the topic's own partitions",
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'topics: { frames: { partitions: 4 } }',
      'defaults: { replicas: 5 }',
      'stages: { find: { from: frames, process: detect } }',
    ),
    findings: [
      't.yaml:4:23 TOPOLOGY_IDLE_REPLICAS warning: stage "find" has 5 replicas but its input only 4 partitions, so 1 will idle; raise the partitions or lower the replicas',
    ],
  },
  {
    name: 'warns of maxAge without latest',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages: { find: { from: frames, process: detect, maxAge: 1s } }',
    ),
    findings: [
      't.yaml:3:50 TOPOLOGY_NO_EFFECT warning: stage "find": maxAge has no effect without delivery: latest; remove it or set delivery: latest',
    ],
  },
  {
    name: 'finds expressions that are none',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      "taps: { log: { on: frames, sink: print, where: 'a[b', select: '{' } }",
    ),
    findings: [
      't.yaml:3:48 TOPOLOGY_BAD_EXPRESSION tap "log": where is not valid JSONata, Expected "]" before end of expression; correct the expression',
      't.yaml:3:63 TOPOLOGY_BAD_EXPRESSION tap "log": select is not valid JSONata, Expected ":" before end of expression; correct the expression',
    ],
  },
  {
    name: 'finds ports wanted twice',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'taps:',
      '  one: { on: frames, sink: page }',
      '  two: { on: frames, sink: page, with: { port: 8080 } }',
      '  any: { on: frames, sink: page, with: { port: 0 } }',
    ),
    findings: [
      't.yaml:5:48 TOPOLOGY_PORT_TAKEN tap "two" wants port 8080, which tap "one" takes at line 4; give one of them another port',
    ],
  },
  {
    name: 'tells everything at once',
    yaml: lines(
      'nam: t',
      'sources: { eye: { type: camra, to: frames, with: 5 } }',
      'stages:',
      '  find: { from: frame, process: detect, delivery: last, with: { minScore: 2, foo: 1 } }',
      "taps: { log: { on: found, sink: prnt, where: '(' } }",
    ),
    findings: [
      't.yaml:1:1 TOPOLOGY_UNKNOWN_KEY the topology has no key "nam"; did you mean "name"?',
      't.yaml:1:1 TOPOLOGY_MISSING_KEY the topology lacks "name"; add it (prefix of consumer groups, transactional ids and dead letter topics)',
      't.yaml:2:25 TOPOLOGY_UNKNOWN_SOURCE source "eye" has type "camra", which does not exist; did you mean "camera"?',
      't.yaml:2:50 TOPOLOGY_INVALID_VALUE source "eye": with is 5; it must be a mapping (key: value)',
      't.yaml:4:17 TOPOLOGY_UNKNOWN_TOPIC stage "find" reads "frame", which nothing provides; did you mean "frames"?',
      't.yaml:4:51 TOPOLOGY_INVALID_VALUE stage "find": delivery is "last"; it must be every or latest',
      't.yaml:4:75 TOPOLOGY_INVALID_OPTION stage "find": with.minScore is 2; it must be at most 1',
      't.yaml:4:78 TOPOLOGY_UNKNOWN_OPTION stage "find": processor "detect" has no option "foo"; known are minScore, backend, classes and region',
      't.yaml:5:20 TOPOLOGY_UNKNOWN_TOPIC tap "log" reads "found", which nothing provides; list it under topics: if others write it',
      't.yaml:5:33 TOPOLOGY_UNKNOWN_SINK tap "log" has sink "prnt", which does not exist; did you mean "print"?',
      't.yaml:5:46 TOPOLOGY_BAD_EXPRESSION tap "log": where is not valid JSONata, Expected ")" before end of expression; correct the expression',
    ],
  },
];
