import { dirname, resolve } from 'node:path';
import { UserError } from '../errors/pipeline-error.ts';
import { checkExpression } from '../expression/expression.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import { buildPlan } from '../topology/build-plan.ts';
import { sortFindings, type Finding } from '../topology/finding.ts';
import { isYaml, lintTopology } from '../topology/lint.ts';
import { applyOverrides, type Assignment } from '../topology/overrides.ts';
import { parseTopology, type ParsedTopology } from '../topology/parse.ts';
import type { Plan } from '../topology/plan.ts';
import type { Registry } from '../topology/registry.ts';
import { builtIns } from './built-ins.ts';
import { loadRegistry } from './load.ts';
import { readTopologyText } from './read-text.ts';
import { expandSourceShortcut } from './source-shortcut.ts';

/** Which topology to read, and what the command line changes in it. */
export interface TopologyRequest {
  /** Path as the user gave it; findings call it so. */
  readonly file: string;
  /** What stands in it, where that is known already. */
  readonly text?: string | undefined;
  /** Processors at hand, by their names: they come before modules and built-ins. */
  readonly processors?: readonly ProcessorDefinition[] | undefined;
  /** `stages.detect.replicas=2` and the like. */
  readonly set?: readonly string[] | undefined;
  /** `street.mp4`, `webcam`: type and path of the one source. */
  readonly sourceShortcut?: string | undefined;
}

/** A topology that can run; `findings` are warnings. */
export interface ReadTopology {
  readonly plan: Plan;
  readonly registry: Registry;
  readonly findings: readonly Finding[];
}

/** A topology with errors; the message is all findings, one a line. */
export class TopologyInvalidError extends UserError {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super('TOPOLOGY_INVALID', findings.map(({ text }) => text).join('\n'));
    this.findings = findings;
  }
}

/**
 * Reads, checks and plans a topology file: parse, overrides, modules of the user, lint, plan.
 * @throws TopologyInvalidError with every finding; UserError where the file cannot be read.
 */
export async function readTopology(request: TopologyRequest): Promise<ReadTopology> {
  const { parsed, registry, findings } = await examine(request);
  if (findings.some(({ severity }) => severity === 'error')) throw new TopologyInvalidError(findings);
  return { plan: buildPlan(parsed.root, resolve(request.file), registry), registry, findings };
}

/** All findings of a topology file, none when it is fine. @throws UserError where the file cannot be read. */
export async function checkTopology(request: TopologyRequest): Promise<readonly Finding[]> {
  return (await examine(request)).findings;
}

async function examine(request: TopologyRequest) {
  const parsed = withOverrides(
    parseTopology(request.text ?? (await readTopologyText(request.file)), request.file),
    request,
  );
  if (!isYaml(parsed)) return { parsed, registry: builtIns, findings: sortFindings(parsed.findings) };
  const { registry, findings } = await loadRegistry(parsed.root, dirname(resolve(request.file)), request.processors);
  const told = { ...parsed, findings: [...parsed.findings, ...findings] };
  return { parsed, registry, findings: lintTopology(told, { registry, checkExpression }) };
}

function withOverrides(parsed: ParsedTopology, { set = [], sourceShortcut }: TopologyRequest): ParsedTopology {
  const shortcut =
    sourceShortcut === undefined || !isYaml(parsed) ? [] : expandSourceShortcut(parsed.root, sourceShortcut);
  const assignments: readonly Assignment[] = [...shortcut, ...set.map((text) => ({ text }))];
  return applyOverrides(parsed, assignments);
}
