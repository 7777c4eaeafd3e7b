import { lines, type LintCase } from './lint-case.ts';

/** Parts that go on under another name. */
export const renameCases: readonly LintCase[] = [
  {
    name: 'was: names a part that is still there, or that another one claims',
    yaml: lines(
      'name: t',
      'sources: { eye: { type: camera, to: frames } }',
      'stages:',
      '  find: { from: frames, process: detect }',
      '  look: { was: find, from: frames, process: detect }',
      '  seek: { was: gone, from: frames, process: detect }',
      '  spot: { was: gone, from: frames, process: detect }',
      'taps: { show: { was: find, on: frames, sink: print } }',
    ),
    findings: [
      't.yaml:5:16 TOPOLOGY_CONTRADICTION stage "look": was: find claims its offsets and state, but stage "find" is still there; remove one of the two',
      't.yaml:7:16 TOPOLOGY_CONTRADICTION stage "spot": was: gone claims its offsets and state, but stage "seek" says the same; remove one of the two',
    ],
  },
];
