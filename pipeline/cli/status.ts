import { Command } from 'commander';
import { fetchStatus, findRuns, type Run } from '../runtime/run-file.ts';
import type { TopologyStatus } from '../runtime/status.ts';
import { jsonOption, stateDirectory } from './options.ts';
import { complain, paint, say } from './terminal.ts';
import { statusTable } from './view/status-table.ts';

/** `status`: figures of what runs in this folder. */
export function statusCommand(): Command {
  return new Command('status')
    .summary('show what runs here')
    .description(
      'Shows rate, times, lag, dead letters, drops and restarts of every part of the topologies that run in this folder.',
    )
    .argument('[name]', 'name of one topology')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  npm run -s topology -- status\n  npm run -s topology -- status --json')
    .action(async (name: string | undefined, { json }: { readonly json: boolean }) => {
      const runs = (await findRuns(stateDirectory())).filter(({ topology }) => name === undefined || topology === name);
      const found = await Promise.all(
        runs.map(async (run) => {
          const status = await fetchStatus(run);
          return status && { ...status, metrics: `${run.address}/metrics` };
        }),
      );
      const statuses = found.filter((status) => status !== null);
      if (statuses.length === 0) {
        complain(whyNone(runs, name));
        process.exitCode = 1;
      } else if (json) say(JSON.stringify(statuses.length === 1 ? statuses[0] : statuses, null, 2));
      else statuses.forEach(print);
    });
}

function whyNone(runs: readonly Run[], name: string | undefined): string {
  const [run] = runs;
  if (run?.state === 'starting')
    return `topology "${run.topology}" is starting (process ${run.pid}); ask again in a moment`;
  if (run) return `topology "${run.topology}" (process ${run.pid}) does not answer; npm run topology:down ends it`;
  return name === undefined
    ? 'nothing runs here; start it with npm run topology:up'
    : `no topology "${name}" runs here`;
}

function print(status: TopologyStatus): void {
  say(
    `${paint('bold', status.topology)}  broker ${status.broker.bootstrap}  process ${status.pid}  ${status.metrics ?? ''}`,
  );
  for (const line of statusTable(status)) say(line);
  for (const { name, address } of status.taps) if (address !== null) say(`${name} ${address}`);
}
