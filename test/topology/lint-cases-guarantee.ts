import { lines, type LintCase } from './lint-case.ts';

/** Topology files whose settings do not go with a guarantee, and what lint says about them. */
export const guaranteeCases: readonly LintCase[] = [
  {
    name: 'finds stages that shall skip records and not skip any',
    yaml: lines(
      'name: t',
      'defaults: { guarantee: exactly-once }',
      'sources: { eye: { type: camera, to: frames } }',
      'stages:',
      '  find: { from: frames, process: detect, delivery: latest }',
      '  look: { from: frames, process: detect, delivery: latest, guarantee: at-least-once }',
    ),
    findings: [
      't.yaml:5:52 TOPOLOGY_CONTRADICTION stage "find": delivery: latest skips records, which guarantee: exactly-once promises not to; set guarantee: at-least-once for this stage or delivery: every',
    ],
  },
];
