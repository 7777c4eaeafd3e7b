import type { TopologyStatus } from '../../runtime/status.ts';

type Status = Omit<TopologyStatus, 'metrics'>;

/** What `--until-done` prints at the end: in, out, dead letters and drops of every part. */
export function summaryLines({ sources, stages, taps }: Status): string[] {
  const lines = [...sources, ...stages, ...taps].map(
    ({ name, recordsIn, recordsOut, deadLetters, dropped, lost }) =>
      `${name}: in ${recordsIn}, out ${recordsOut}, dead letters ${deadLetters}, dropped ${dropped}` +
      (lost > 0 ? `, LOST ${lost}` : ''),
  );
  return ['done', ...lines.map((line) => `  ${line}`)];
}

/** Whether every record was read and every source and stage could do its work; dead letters are no loss. */
export function wasLossless({ sources, stages }: Status): boolean {
  return (
    stages.every(({ lost, failure }) => lost === 0 && failure === null) &&
    sources.every(({ failure }) => failure === null)
  );
}
