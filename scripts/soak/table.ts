import { paint } from '../../pipeline/cli/terminal.ts';
import type { Check } from './check.ts';

/** The checks as a table, one line each. */
export function checkTable(checks: readonly Check[]): string {
  const width = (of: (check: Check) => string): number => Math.max(...checks.map((check) => of(check).length));
  const widths = [width(({ what }) => what), width(({ reach }) => reach), width(({ measured }) => measured)] as const;
  const lines = checks.map(({ what, reach, measured, reached }) => {
    const cells = [what.padEnd(widths[0]), reach.padEnd(widths[1]), measured.padEnd(widths[2])];
    return [...cells, reached ? paint('green', 'pass') : paint('red', 'FAIL')].join('  ');
  });
  return `${lines.join('\n')}\n`;
}
