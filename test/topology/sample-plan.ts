import { checkExpression } from '../../pipeline/expression/expression.ts';
import { buildPlan } from '../../pipeline/topology/build-plan.ts';
import { lintTopology } from '../../pipeline/topology/lint.ts';
import { parseTopology } from '../../pipeline/topology/parse.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';
import { lines } from './lint-case.ts';
import { sampleRegistry } from './sample-registry.ts';

/** The plan of a topology of the sample registry, named `t`; throws what lint finds where that is an error. */
export function samplePlan(...yaml: readonly string[]): Plan {
  const parsed = parseTopology(lines('name: t', ...yaml), 't.yaml');
  const findings = lintTopology(parsed, { registry: sampleRegistry, checkExpression });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ text }) => text).join('\n'));
  return buildPlan(parsed.root, '/home/me/t.yaml', sampleRegistry);
}
