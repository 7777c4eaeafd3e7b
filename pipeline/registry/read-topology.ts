import { dirname, resolve } from 'node:path';
import { UserError } from '../errors/pipeline-error.ts';
import { checkExpression } from '../expression/expression.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import { buildPlan } from '../topology/build-plan.ts';
import { fillVariables } from '../topology/fill-variables.ts';
import { sortFindings, type Finding } from '../topology/finding.ts';
import { isYaml, lintTopology } from '../topology/lint.ts';
import { redactError, redactor, type Redact } from '../secrets/redact.ts';
import { applyOverrides, type Assignment } from '../topology/overrides.ts';
import type { ParsedTopology } from '../topology/parse.ts';
import type { Plan } from '../topology/plan.ts';
import type { Registry } from '../topology/registry.ts';
import { loadRegistry } from './load.ts';
import { variablesFrom } from './find-variable.ts';
import { readLayers } from './read-layers.ts';
import { expandSourceShortcut } from './source-shortcut.ts';

/** Which topology to read, and what the command line changes in it. */
export interface TopologyRequest {
  /** Path as the user gave it; findings call it so. Modules are looked for from its folder. */
  readonly file: string;
  /** Files laid over it, in this order. */
  readonly overlays?: readonly string[] | undefined;
  /** What stands in it, where that is known already. */
  readonly text?: string | undefined;
  /** Where variables are found; that of this process when left out. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
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
  /** Absolute paths of all files it was read from, modules among them. */
  readonly files: readonly string[];
  readonly registry: Registry;
  readonly findings: readonly Finding[];
}

/** What a file can name that cannot be read. */
const NOTHING: Registry = { processors: new Map(), sources: new Map(), sinks: new Map() };

/** A topology with errors; the message is all findings, one a line. */
export class TopologyInvalidError extends UserError {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super('TOPOLOGY_INVALID', findings.map(({ text }) => text).join('\n'));
    this.findings = findings;
  }
}

/**
 * Reads, checks and plans a topology: files laid over each other, overrides, variables, modules of the user, lint, plan.
 * @throws TopologyInvalidError with every finding; UserError where the file cannot be read.
 */
export async function readTopology(request: TopologyRequest): Promise<ReadTopology> {
  const { parsed, files, registry, findings, redact } = await examine(request);
  if (findings.some(({ severity }) => severity === 'error')) throw new TopologyInvalidError(findings);
  try {
    return { plan: buildPlan(parsed.root, resolve(request.file), registry), files, registry, findings };
  } catch (error) {
    throw redactError(error, redact); // of a module whose nature() or stores() throws
  }
}

/** All findings of a topology file, none when it is fine. @throws UserError where the file cannot be read. */
export async function checkTopology(request: TopologyRequest): Promise<readonly Finding[]> {
  return (await examine(request)).findings;
}

async function examine(request: TopologyRequest) {
  const { file, text, overlays = [], environment = process.env } = request;
  const find = variablesFrom(environment);
  const { parsed: layered, files } = await readLayers(
    [{ file, text }, ...overlays.map((overlay) => ({ file: overlay }))],
    find,
  );
  const parsed = fillVariables(withOverrides(layered, request), find);
  const redact = redactor(parsed.secrets);
  if (!isYaml(parsed)) return { parsed, files, registry: NOTHING, findings: sortFindings(parsed.findings), redact };
  const loaded = await loadRegistry(parsed.root, dirname(resolve(file)), request.processors);
  const { registry } = loaded;
  const told = { ...parsed, findings: [...parsed.findings, ...loaded.findings] };
  const all = lintTopology(told, { registry, checkExpression });
  const findings = all.map((finding) => redacted(finding, redact));
  return { parsed, files: [...files, ...loaded.files], registry, findings, redact };
}

function redacted(finding: Finding, redact: Redact): Finding {
  return { ...finding, message: redact(finding.message), text: redact(finding.text) };
}

function withOverrides(parsed: ParsedTopology, { set = [], sourceShortcut }: TopologyRequest): ParsedTopology {
  const shortcut =
    sourceShortcut === undefined || !isYaml(parsed) ? [] : expandSourceShortcut(parsed.root, sourceShortcut);
  const assignments: readonly Assignment[] = [...shortcut, ...set.map((text) => ({ text }))];
  return applyOverrides(parsed, assignments);
}
