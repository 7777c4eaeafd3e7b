import { Command } from 'commander';
import { isBrokerRunning, stopBroker } from '../broker/index.ts';
import { findRuns, waitForExit, type Run } from '../runtime/run-file.ts';
import { STOP_DEADLINE_MS } from '../runtime/supervisor.ts';
import { stateDirectory } from './options.ts';
import { complain, say } from './terminal.ts';

/** `down`: stops every topology of this folder, and the broker that was started for them. */
export function downCommand(): Command {
  return new Command('down')
    .summary('stop what runs here')
    .description('Stops every topology that was started in this folder, cleanly, and the broker that tapline started.')
    .addHelpText('after', '\nExample:\n  npm run topology:down')
    .action(async () => {
      const directory = stateDirectory();
      const runs = await findRuns(directory);
      const hadBroker = await isBrokerRunning(directory);
      const ended = await Promise.all(runs.map(stopRun)); // a topology that started the broker stops it itself
      await stopBroker(directory);
      if (hadBroker) say('broker stopped');
      if (runs.length === 0 && !hadBroker) say('nothing runs here');
      process.exitCode = ended.every(Boolean) ? 0 : 1;
    });
}

async function stopRun({ topology, pid }: Run): Promise<boolean> {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // it has just ended
  }
  const ended = await waitForExit(pid, 3 * STOP_DEADLINE_MS);
  if (ended) say(`topology "${topology}" stopped`);
  else complain(`topology "${topology}" (process ${pid}) does not end; stop it by hand`);
  return ended;
}
