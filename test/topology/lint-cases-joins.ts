import join from '../../processors/join/index.ts';
import type { Registry } from '../../pipeline/topology/registry.ts';
import { lines, type LintCase } from './lint-case.ts';
import { sampleRegistry } from './sample-registry.ts';

export const registryWithJoin: Registry = {
  ...sampleRegistry,
  processors: new Map([...sampleRegistry.processors, ['join', { id: 'join', definition: join }]]),
};

const sources = 'sources: { one: { type: camera, to: orders }, two: { type: camera, to: customers } }';

/** Topology files with stages whose inputs belong together, and what lint says about them. */
export const joinCases: readonly LintCase[] = [
  {
    name: 'finds nothing in a join of topics of equal partition counts',
    yaml: lines(
      'name: t',
      sources,
      'defaults: { partitions: 3 }',
      'topics: { customers: { partitions: 3 } }',
      'stages: { enrich: { from: [orders, customers], process: join, with: { kind: table-table, left: orders, right: customers } } }',
    ),
    findings: [],
  },
  {
    name: 'finds joins of topics of different partition counts',
    yaml: lines(
      'name: t',
      sources,
      'topics: { customers: { partitions: 1 } }',
      'stages: { enrich: { from: [orders, customers], process: join, with: { kind: table-table, left: orders, right: customers } } }',
    ),
    findings: [
      't.yaml:4:36 TOPOLOGY_NOT_COPARTITIONED stage "enrich" joins "orders" with 2 partitions and "customers" with 1, so records of one key would not meet; set partitions: 2 for both under topics:, or put a stage with process: repartition in front of one of them',
    ],
  },
  {
    name: 'lets stages that join nothing read topics of different partition counts',
    yaml: lines(
      'name: t',
      sources,
      'topics: { customers: { partitions: 1 } }',
      'stages: { find: { from: [orders, customers], process: detect } }',
    ),
    findings: [],
  },
  {
    name: 'finds topics of options that are not under from, and guesses',
    yaml: lines(
      'name: t',
      sources,
      'stages: { enrich: { from: [orders, customers], process: join, with: { kind: table-table, left: ordres, right: customers } } }',
    ),
    findings: [
      't.yaml:3:28 TOPOLOGY_INPUT_MISMATCH stage "enrich" reads "orders", which its options do not name; remove it, as this stage reads ordres and customers',
      't.yaml:3:96 TOPOLOGY_INPUT_MISMATCH stage "enrich": with.left is "ordres", which is not under from; did you mean "orders"?',
    ],
  },
  {
    name: 'finds topics under from that the options do not name',
    yaml: lines(
      'name: t',
      sources,
      'stages:',
      '  find: { from: orders, process: detect, to: found }',
      '  enrich: { from: [orders, found, customers], process: join, with: { kind: table-table, left: orders, right: customers } }',
    ),
    findings: [
      't.yaml:5:28 TOPOLOGY_INPUT_MISMATCH stage "enrich" reads "found", which its options do not name; remove it, as this stage reads orders and customers',
    ],
  },
  {
    name: 'leaves options alone that are wrong in themselves',
    yaml: lines(
      'name: t',
      sources,
      'stages: { enrich: { from: [orders, customers], process: join, with: { kind: table-table, left: orders } } }',
    ),
    findings: [
      't.yaml:3:63 TOPOLOGY_MISSING_OPTION stage "enrich" lacks with.right, which processor "join" needs; add it (topic of the right side, the other one under `from`; the table of a stream-table join)',
    ],
  },
  {
    name: 'finds stream joins without a time and tables with one',
    yaml: lines(
      'name: t',
      sources,
      'stages:',
      '  pairs: { from: [orders, customers], process: join, with: { kind: stream-stream, left: orders, right: customers } }',
      '  rows: { from: [orders, customers], process: join, with: { kind: table-table, left: orders, right: customers, within: 1s } }',
    ),
    findings: [
      't.yaml:4:54 TOPOLOGY_MISSING_OPTION stage "pairs" lacks with.within, which processor "join" needs; add it (greatest difference of time between two records that match; for stream-stream joins, which need it)',
      't.yaml:5:120 TOPOLOGY_INVALID_OPTION stage "rows": with.within is "1s"; it must be left out for kind: table-table, which has no window',
    ],
  },
];
