import { Command } from 'commander';
import { isBrokerRunning, stopBroker, stopStrayBroker } from '../broker/index.ts';
import { endRun, findRuns, type Run } from '../runtime/run-file.ts';
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
      process.exitCode = (await stopAll(stateDirectory())) ? 0 : 1;
    });
}

async function stopAll(directory: string): Promise<boolean> {
  const runs = await findRuns(directory);
  const hadBroker = await isBrokerRunning(directory);
  const ended = await Promise.all(runs.map(stopRun)); // a topology that started the broker stops it itself
  if (!ended.every(Boolean)) {
    if (hadBroker) complain('the broker is left running for it');
    return false;
  }
  await stopBroker(directory);
  if (hadBroker) say('broker stopped');
  const stray = await stopStrayBroker(directory);
  if (stray !== null) say(`broker stopped that nobody had noted (process ${stray})`);
  if (runs.length === 0 && !hadBroker && stray === null) say('nothing runs here');
  return true;
}

async function stopRun(run: Run): Promise<boolean> {
  const { topology, pid } = run;
  say(`stopping topology "${topology}" (process ${pid})`);
  const ended = await endRun(run, 'SIGTERM', 3 * STOP_DEADLINE_MS);
  if (ended) say(`topology "${topology}" stopped`);
  else complain(`topology "${topology}" (process ${pid}) does not end; stop it by hand`);
  return ended;
}
