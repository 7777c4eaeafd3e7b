import { readTopology, type ReadTopology, type TopologyRequest } from '../registry/read-topology.ts';
import type { Plan } from '../topology/plan.ts';
import { complain } from './terminal.ts';

/** Reads a topology into a plan; warnings go to standard error. @throws UserError with all findings. */
export async function readPlan(request: TopologyRequest): Promise<Plan> {
  return (await readTold(request)).plan;
}

/** The same with all that is known of it. @throws UserError with all findings. */
export async function readTold(request: TopologyRequest): Promise<ReadTopology> {
  const read = await readTopology(request);
  for (const finding of read.findings) complain(finding.text);
  return read;
}
