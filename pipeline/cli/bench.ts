import { Argument, Command } from 'commander';
import type { Part } from '../../scripts/bench/main.ts';

const PARTS: readonly Part[] = ['stages', 'guarantees', 'state'];

/** `bench`: what Kafka, the guarantees and state cost, each side by side in one run. */
export function benchCommand(): Command {
  return new Command('bench')
    .summary('measure throughput and latency')
    .description(
      `Measures, each on a broker of its own:
  stages      the five stages through Kafka against the same processors in one loop, latency at 10 frames a second, and
              small records
  guarantees  at-least-once and exactly-once by turns, records of 100 KB and of 200 bytes
  state       counts in windows in memory and on disk, restore from a changelog, restart with a million keys`,
    )
    .addArgument(new Argument('[part]', 'what to measure').choices(PARTS).default('stages'))
    .option('--quick', 'a minute or two, rougher', false)
    .option('--json <file>', 'write the figures to a file as well')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench\n  npm run bench -- --quick --json bench.json\n  npm run bench -- guarantees\n  npm run bench -- state',
    )
    .action(async (part: Part, options: { readonly quick: boolean; readonly json?: string }) => {
      const { runBench } = await import('../../scripts/bench/main.ts');
      await runBench(part, options);
      process.exit();
    });
}
