import { Command } from 'commander';

/** `bench`: the five stages against a plain loop, side by side in one run. */
export function benchCommand(): Command {
  return new Command('bench')
    .summary('measure throughput and latency')
    .description(
      'Measures the five stages through Kafka against the same processors in one loop, latency at 10 frames a second, and small records.',
    )
    .option('--quick', 'under a minute, rougher', false)
    .option('--json <file>', 'write the figures to a file as well')
    .addHelpText('after', '\nExamples:\n  npm run bench\n  npm run bench -- --quick --json bench.json')
    .action(async (options: { readonly quick: boolean; readonly json?: string }) => {
      const { runBench } = await import('../../scripts/bench/main.ts');
      await runBench(options);
      process.exit();
    });
}
