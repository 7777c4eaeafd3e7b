import { Argument, Command, InvalidArgumentError } from 'commander';
import { complain } from '../pipeline/cli/terminal.ts';
import { Cleanup } from './bench/cleanup.ts';
import { prepare } from './bench/main.ts';
import { describeMachine } from './bench/machine.ts';
import { FULL } from './bench/scale.ts';
import type { Check, Probe } from './soak/check.ts';
import { freshness } from './soak/freshness.ts';
import { kill } from './soak/kill.ts';
import { longRun } from './soak/long-run.ts';
import { speed } from './soak/speed.ts';
import { startAndIdle } from './soak/start-and-idle.ts';
import { checkTable } from './soak/table.ts';

const probes: Readonly<Record<string, Probe>> = { speed, start: startAndIdle, kill, freshness, long: longRun };

await new Command('soak')
  .description('Long runs: measures what tapline promises, and exits with 1 where it is not kept.')
  .addArgument(new Argument('[probes...]', 'what to measure; all when left out').choices(Object.keys(probes)))
  .option('--frames <n>', 'frames of the long run', positive, 5000)
  .addHelpText('after', '\nExample:\n  npm run build && node dist/scripts/soak.js start kill')
  .action(soak)
  .parseAsync();

async function soak(named: readonly string[], order: { readonly frames: number }): Promise<void> {
  const wanted = named.length > 0 ? named : Object.keys(probes);
  const cleanup = new Cleanup();
  cleanup.onInterrupt();
  const checks: Check[] = [];
  try {
    const bench = await prepare(FULL, cleanup);
    const { cpu, cores, node, loadAtStart } = describeMachine(bench.broker.describe());
    for (const name of wanted) {
      const found = (await probes[name]?.(bench, order)) ?? [];
      complain(checkTable(found));
      checks.push(...found);
    }
    process.stdout.write(`${cores} x ${cpu}, Node ${node}, load at start ${loadAtStart}\n${checkTable(checks)}`);
  } finally {
    await cleanup.run();
  }
  process.exit(checks.every(({ verdict }) => verdict !== 'fail') ? 0 : 1);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('give a whole number above zero');
}
