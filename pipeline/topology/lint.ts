import { checkCopartitioning } from './checks/check-copartitioning.ts';
import { checkFlow } from './checks/check-flow.ts';
import { checkOrder } from './checks/check-order.ts';
import { checkRenames } from './checks/check-renames.ts';
import { checkSecrets } from './checks/check-secrets.ts';
import { checkSettings } from './checks/check-settings.ts';
import { checkShape } from './checks/check-shape.ts';
import { checkTopics } from './checks/check-topics.ts';
import { checkTypes } from './checks/check-types.ts';
import { isVariableFault } from './fill-variables.ts';
import { errorAt, sortFindings, type Finding, type Place } from './finding.ts';
import { lintContext, type LintTools } from './lint-context.ts';
import type { ParsedTopology } from './parse.ts';

/**
 * All that is wrong with a topology, at once and in the order of the file. A file that is no YAML gets its syntax
 * findings alone, as everything else would be guessing.
 */
export function lintTopology(parsed: ParsedTopology, tools: LintTools): readonly Finding[] {
  const { findings } = parsed;
  if (!isYaml(parsed)) return sortFindings(findings);
  if (parsed.root.entries.size === 0) return sortFindings([...findings, nothingInIt(parsed.root.place)]);
  const context = lintContext(parsed, tools);
  const checks = [
    checkShape,
    checkTypes,
    checkTopics,
    checkFlow,
    checkSettings,
    checkRenames,
    checkSecrets,
    checkOrder,
    checkCopartitioning,
  ];
  const unknown = findings.filter(isVariableFault);
  const judged = checks.flatMap((check) => check(context)).filter((finding) => !isAtAny(unknown, finding));
  return sortFindings([...findings, ...judged]);
}

function nothingInIt(place: Place): Finding {
  const message = 'the topology file is empty; give it a name:, sources: and stages:';
  return errorAt(place, { code: 'TOPOLOGY_EMPTY', message });
}

function isAtAny(places: readonly Place[], { file, line, column }: Place): boolean {
  return places.some((place) => place.file === file && place.line === line && place.column === column);
}

/** Whether the text could be read as YAML, so that what it says can be relied on. */
export function isYaml({ findings }: ParsedTopology): boolean {
  return !findings.some(({ code }) => code === 'TOPOLOGY_YAML' || code === 'TOPOLOGY_TOO_LARGE');
}
