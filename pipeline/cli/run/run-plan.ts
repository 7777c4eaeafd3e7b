import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../errors/pipeline-error.ts';
import type { ProcessorDefinition } from '../../ports/processor.ts';
import { findModule } from '../../registry/find-module.ts';
import { codeOf } from '../../registry/module-code.ts';
import { loadDefinition } from '../../registry/load.ts';
import { TopologyInvalidError, readTopology, type TopologyRequest } from '../../registry/read-topology.ts';
import { repartitionStageOf } from '../../topology/names.ts';
import type { Plan, StagePlan } from '../../topology/plan.ts';
import { isModulePath } from '../../topology/registry.ts';
import { didYouMean } from '../../topology/suggest.ts';

/** One stage, ready to be run alone. */
export interface RunPlan {
  readonly plan: Plan;
  /** The stage, and before it the one that gives its records their key, where there is one. */
  readonly stages: readonly StagePlan[];
  /** Files of its module, if it is one. */
  readonly files: readonly string[];
}

/** The name of all that there is but one of. */
const NAME = 'run';

/** A processor by its name, or the path of its module, with these options. @throws UserError */
export async function planOfProcessor(reference: string, options: unknown): Promise<RunPlan> {
  const process = await idOf(reference);
  const definition = await loadDefinition('processor', process);
  const topology = {
    name: NAME,
    topics: Object.fromEntries(inputsOf(definition, options).map((topic) => [topic, {}])),
    stages: {
      [NAME]: { from: inputsOf(definition, options), process, to: outputsOf(definition), with: options },
    },
    defaults: { onError: { retries: 0 } },
  };
  const request = { file: join(globalThis.process.cwd(), NAME), text: JSON.stringify(topology) };
  return alone(await planned(request), NAME);
}

/** A stage of a topology. @throws UserError */
export async function planOfStage(request: TopologyRequest, name: string): Promise<RunPlan> {
  const { plan } = await readTopology(request);
  const names = plan.stages.map((stage) => stage.name);
  if (names.includes(name)) return alone(plan, name);
  const mend = didYouMean(name, names, `there are ${names.join(', ')}`);
  throw new UserError('ARGUMENT_INVALID', `topology "${plan.name}" has no stage "${name}"; ${mend}`);
}

/** Where it would stand in the text nobody has written. */
async function planned(request: TopologyRequest): Promise<Plan> {
  try {
    return (await readTopology(request)).plan;
  } catch (error) {
    if (!(error instanceof TopologyInvalidError)) throw error;
    const [first, ...others] = error.findings;
    if (!first) throw error;
    throw new UserError(
      first.code,
      [first.message, ...others.map(({ code, message }) => `${code} ${message}`)].join('\n'),
    );
  }
}

/** One record after the other, so that each has its outputs and its error behind it; what fails is always seen. */
async function alone(plan: Plan, name: string): Promise<RunPlan> {
  const stages = plan.stages
    .filter((stage) => stage.name === name || stage.name === repartitionStageOf(name))
    .map((stage): StagePlan => ({
      ...stage,
      guarantee: 'at-least-once',
      delivery: 'every',
      replicas: 1,
      onError: { ...stage.onError, then: 'deadLetter' },
    }));
  const process = stages.at(-1)?.process ?? '';
  const files = isModulePath(process) ? (await codeOf(process)).files : [];
  const topics = plan.topics.map((topic) => ({ ...topic, partitions: 1 }));
  return { plan: { ...plan, topics, stages, sources: [], taps: [] }, stages, files };
}

async function idOf(reference: string): Promise<string> {
  const found = await stat(reference).catch(() => null); // absent: it may be a name
  if (found?.isFile()) return resolve(reference);
  return (await findModule('processor', reference, process.cwd())) ?? reference;
}

function inputsOf(definition: ProcessorDefinition, options: unknown): readonly string[] {
  const parsed = definition.options.safeParse(options);
  return (parsed.success ? definition.reads?.(parsed.data) : undefined) ?? ['in'];
}

function outputsOf({ outputs = [] }: ProcessorDefinition): Readonly<Record<string, string>> {
  const named = outputs === 'any' ? [] : outputs;
  return { default: 'out', ...Object.fromEntries(named.map((output) => [output, `out.${output}`])) };
}
