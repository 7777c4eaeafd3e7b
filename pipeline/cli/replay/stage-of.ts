import { UserError } from '../../errors/pipeline-error.ts';
import type { Plan, StagePlan } from '../../topology/plan.ts';
import { didYouMean, listed } from '../../topology/suggest.ts';

/** The stage of this name, also as `<topology>.<stage>`. @throws UserError naming those there are. */
export function stageOf(plan: Plan, given: string): StagePlan {
  const name = given.startsWith(`${plan.name}.`) ? given.slice(plan.name.length + 1) : given;
  const stage = plan.stages.find((candidate) => candidate.name === name);
  if (stage && Object.keys(stage.to).length === 0)
    throw new UserError(
      'ARGUMENT_INVALID',
      `stage "${name}" writes nothing, so there is nothing to compare; give another`,
    );
  if (stage) return stage;
  const other =
    (plan.taps.some((tap) => tap.name === name) && 'a tap') ||
    (plan.sources.some((source) => source.name === name) && 'a source');
  const names = plan.stages.map((candidate) => candidate.name);
  const there = `topology "${plan.name}" has ${names.length > 0 ? listed(names) : 'none'}`;
  if (other) throw new UserError('ARGUMENT_INVALID', `"${name}" is ${other}, and only stages are replayed; ${there}`);
  const sentence = `there is no stage "${name}"; ${didYouMean(name, names, there)}`;
  throw new UserError('ARGUMENT_INVALID', sentence);
}
