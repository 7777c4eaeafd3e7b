import { readTopology, type TopologyRequest } from '../registry/read-topology.ts';
import type { Plan } from '../topology/plan.ts';
import { complain } from './terminal.ts';

/** Reads a topology file into a plan; warnings go to standard error. @throws UserError with all findings. */
export async function readPlan(request: TopologyRequest): Promise<Plan> {
  const { plan, findings } = await readTopology(request);
  for (const finding of findings) complain(finding.text);
  return plan;
}
