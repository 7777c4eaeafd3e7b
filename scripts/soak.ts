import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { complain } from '../pipeline/cli/terminal.ts';
import { Cleanup } from './bench/cleanup.ts';
import { prepare } from './bench/main.ts';
import { describeMachine } from './bench/machine.ts';
import { FULL } from './bench/scale.ts';
import type { Check, Probe } from './soak/check.ts';
import { brokerBack } from './soak/broker-back.ts';
import { flat } from './soak/flat.ts';
import { freshness } from './soak/freshness.ts';
import { kill } from './soak/kill.ts';
import { longRun } from './soak/long-run.ts';
import { speed } from './soak/speed.ts';
import { startAndIdle } from './soak/start-and-idle.ts';
import { checkTable } from './soak/table.ts';

const promises: Readonly<Record<string, Probe>> = {
  speed,
  start: startAndIdle,
  kill,
  broker: brokerBack,
  freshness,
  long: longRun,
};
const probes: Readonly<Record<string, Probe>> = { ...promises, flat };
const DEFAULT_MINUTES = 10;

await new Command('soak')
  .description('Long runs: measures what tapline promises, and exits with 1 where it is not kept.')
  .addArgument(new Argument('[probes...]', 'what to measure; all but flat when left out').choices(Object.keys(probes)))
  .option('--frames <n>', 'frames of the long run', positive, 5000)
  .option(
    '--minutes <n>',
    `how long memory, files, handles and lag are watched (flat); default ${DEFAULT_MINUTES}`,
    positive,
  )
  .option('--out <file>', 'where flat writes its report, an HTML page with plots')
  .addHelpText(
    'after',
    '\nExamples:\n  npm run test:soak\n  npm run test:soak -- start kill\n  npm run test:soak -- --minutes 120 --out soak.html',
  )
  .action(soak)
  .parseAsync();

interface SoakOptions {
  readonly frames: number;
  readonly minutes?: number;
  readonly out?: string;
}

async function soak(named: readonly string[], { frames, minutes, out }: SoakOptions): Promise<void> {
  const watches = minutes !== undefined || out !== undefined;
  const wanted = named.length > 0 ? named : watches ? ['flat'] : Object.keys(promises);
  const order = { frames, minutes: minutes ?? DEFAULT_MINUTES, out: out === undefined ? null : resolve(out) };
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
