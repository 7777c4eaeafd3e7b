import { errorAt, sortFindings, type Finding } from '../../topology/finding.ts';
import { placeOfValue, type Path } from '../../topology/located.ts';
import type { Plan } from '../../topology/plan.ts';
import { unknownPart } from '../unknown-part.ts';
import type { TestFile } from './read-test-file.ts';
import { FAULTS, type StepSpec } from './spec.ts';

/** Topics, stages and stores a test file names and its topology does not have. */
export function checkNames({ spec, root }: TestFile, plan: Plan): readonly Finding[] {
  const known = {
    topic: plan.topics.map(({ name }) => name),
    stage: plan.stages.map(({ name }) => name),
    store: [],
  };
  const unknown = ({ path, name, kind }: Named, names: readonly string[]): Finding[] => {
    if (names.includes(name)) return [];
    const { code, message } = unknownPart(name, names, `topology "${plan.name}" has no ${kind}`);
    return [errorAt(placeOfValue(root, path), { code, message })];
  };
  const findings = spec.tests.flatMap(({ steps }, test) =>
    steps.flatMap((step, index) => {
      const at: Path = ['tests', test, 'steps', index];
      const named = namesIn(step).flatMap((one) => unknown({ ...one, path: [...at, ...one.path] }, known[one.kind]));
      const { expectState: state } = step;
      const stage = state && plan.stages.find(({ name }) => name === state.stage);
      if (!state || !stage) return named;
      const store: Named = { kind: 'store', name: state.store, path: [...at, 'expectState', 'store'] };
      return [...named, ...unknown(store, Object.keys(stage.changelogs))];
    }),
  );
  const running = (spec.stages ?? []).flatMap((name, index) =>
    unknown({ kind: 'stage', name, path: ['stages', index] }, known.stage),
  );
  return sortFindings([...running, ...findings]);
}

interface Named {
  readonly kind: 'topic' | 'stage' | 'store';
  readonly name: string;
  readonly path: Path;
}

function namesIn(step: StepSpec): readonly Named[] {
  const named: (Named | undefined | false)[] = [
    step.input && { kind: 'topic', name: step.input.topic, path: ['input', 'topic'] },
    step.expect && { kind: 'topic', name: step.expect.topic, path: ['expect', 'topic'] },
    step.expectDeadLetters && {
      kind: 'stage',
      name: step.expectDeadLetters.stage,
      path: ['expectDeadLetters', 'stage'],
    },
    step.expectState && { kind: 'stage', name: step.expectState.stage, path: ['expectState', 'stage'] },
    step.restart !== undefined && { kind: 'stage', name: step.restart, path: ['restart'] },
    step.stop !== undefined && { kind: 'stage', name: step.stop, path: ['stop'] },
    ...faultNames(step),
  ];
  return named.filter((one): one is Named => typeof one === 'object');
}

function faultNames({ fault = {} }: StepSpec): Named[] {
  return (Object.keys(FAULTS) as (keyof typeof FAULTS)[]).flatMap((kind): Named[] => {
    const name = fault[kind];
    if (typeof name !== 'string') return [];
    return [{ kind: kind === 'duplicate' ? 'topic' : 'stage', name, path: ['fault', kind] }];
  });
}
