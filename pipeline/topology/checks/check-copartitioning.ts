import type { ProcessorDefinition } from '../../ports/processor.ts';
import { errorAt, type Finding, type Place } from '../finding.ts';
import { optionsOf, registeredFor, type Part } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { entriesAt, placeOfKey, placeOfValue, textAt } from '../located.ts';
import { partitionCountOf } from '../partition-count.ts';
import { didYouMean, listed } from '../suggest.ts';

/** Stages whose inputs belong together: the topics their options name, and equal partition counts. */
export function checkCopartitioning(context: LintContext): readonly Finding[] {
  return context.parts.flatMap((part) => {
    if (part.kind !== 'stage' || part.reads.length === 0) return [];
    const definition = registeredFor(part, context.registry)?.definition as ProcessorDefinition | undefined;
    if (!definition) return [];
    return [...unlikeInputs(part, definition, context), ...differentCounts(part, definition, context)];
  });
}

function unlikeInputs(
  part: Part,
  definition: ProcessorDefinition,
  { root, registry }: LintContext,
): readonly Finding[] {
  const options = definition.reads && optionsOf(root, part, registry);
  const named = options === undefined ? undefined : definition.reads?.(options);
  if (!named) return [];
  const given = part.reads.map(({ topic }) => topic);
  const notGiven = named
    .filter((topic) => !given.includes(topic))
    .map((topic) => {
      const { option, place } = optionOf(topic, part, root);
      const mend = didYouMean(topic, given, `from has ${listed(given)}`);
      const message = `${called(part)}: ${option} is "${topic}", which is not under from; ${mend}`;
      return errorAt(place, { code: 'TOPOLOGY_INPUT_MISMATCH', message });
    });
  const notNamed = part.reads
    .filter(({ topic }) => !named.includes(topic))
    .map(({ topic, place }) => {
      const message = `${called(part)} reads "${topic}", which its options do not name; remove it, as this stage reads ${listed(named)}`;
      return errorAt(place, { code: 'TOPOLOGY_INPUT_MISMATCH', message });
    });
  return [...notGiven, ...notNamed];
}

function differentCounts(
  part: Part,
  { copartitioned }: ProcessorDefinition,
  { root }: LintContext,
): readonly Finding[] {
  const [first, ...others] = part.reads;
  if (copartitioned !== true || !first) return [];
  const count = partitionCountOf(root, first.topic);
  return others.flatMap(({ topic, place }) => {
    const other = partitionCountOf(root, topic);
    if (other === count) return [];
    const message =
      `${called(part)} joins "${first.topic}" with ${partitions(count)} and "${topic}" with ${other}, so records of one key would not meet; ` +
      `set partitions: ${Math.max(count, other)} for both under topics:, or put a stage with process: repartition in front of one of them`;
    return [errorAt(place, { code: 'TOPOLOGY_NOT_COPARTITIONED', message, related: first.place })];
  });
}

function optionOf(topic: string, { path }: Part, root: LintContext['root']): { option: string; place: Place } {
  const options = [...path, 'with'];
  const option = [...entriesAt(root, options).keys()].find((key) => textAt(root, [...options, key]) === topic);
  return option === undefined
    ? { option: 'an option', place: placeOfKey(root, options) }
    : { option: `with.${option}`, place: placeOfValue(root, [...options, option]) };
}

function partitions(count: number): string {
  return `${count} ${count === 1 ? 'partition' : 'partitions'}`;
}
