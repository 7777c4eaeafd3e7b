import { paint } from '../../pipeline/cli/terminal.ts';
import type { Check } from './check.ts';

const VERDICTS: Readonly<Record<Check['verdict'], string>> = {
  pass: paint('green', 'pass'),
  fail: paint('red', 'FAIL'),
  skipped: paint('yellow', 'skipped'),
};

/** The checks as a table, one line each. */
export function checkTable(checks: readonly Check[]): string {
  const width = (of: (check: Check) => string): number => Math.max(...checks.map((check) => of(check).length));
  const widths = [width(({ what }) => what), width(({ reach }) => reach), width(({ measured }) => measured)] as const;
  const lines = checks.map(({ what, reach, measured, verdict }) => {
    const cells = [what.padEnd(widths[0]), reach.padEnd(widths[1]), measured.padEnd(widths[2])];
    return [...cells, VERDICTS[verdict]].join('  ');
  });
  return `${lines.join('\n')}\n`;
}
