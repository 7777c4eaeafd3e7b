import { messageOf, UserError } from '../../errors/pipeline-error.ts';
import { readTopology, type TopologyRequest } from '../../registry/read-topology.ts';
import type { FreshAnswer } from './read-fresh.ts';

/** Entry of a process that reads one topology, with its modules as they are now, and ends. */
process.once('message', (request: TopologyRequest) => {
  void read(request).then((answer) => process.send?.(answer, undefined, undefined, () => process.exit()));
});

async function read(request: TopologyRequest): Promise<FreshAnswer> {
  try {
    const { plan, files, findings } = await readTopology(request);
    return { plan, files, warnings: findings.map(({ text }) => text) };
  } catch (error) {
    return { code: error instanceof UserError ? error.code : 'INTERNAL', message: messageOf(error) };
  }
}
