import type { Change } from '../../topology/changes/index.ts';
import { paint } from '../terminal.ts';

const SIGNS = {
  created: ['+', 'green'],
  changed: ['~', 'yellow'],
  renamed: ['~', 'yellow'],
  removed: ['-', 'red'],
  reset: ['!', 'red'],
  orphaned: ['-', 'dim'],
  impossible: ['!', 'red'],
} as const;
const NAME_WIDTH = 28;

/** Changes in words: a line each, and what differs below it. */
export function changeLines(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => {
    const { of, name, what, details, effects, destroys } = change;
    const [sign, style] = SIGNS[what];
    const title = `${sign} ${of} ${name}`.padEnd(NAME_WIDTH);
    return [
      `${paint(style, title)}  ${[what, ...fates(change)].join(', ')}`,
      ...[...details, ...effects].map((line) => paint('dim', `    ${line}`)),
      ...(destroys === null ? [] : [paint('red', `    DESTRUCTIVE: ${destroys} (--allow ${name})`)]),
    ];
  });
}

/** `1 created, 2 changed`, for a last line. */
export function changeSummary(changes: readonly Change[]): string {
  const counts = Object.keys(SIGNS).flatMap((what) => {
    const count = changes.filter((change) => change.what === what).length;
    return count > 0 ? [`${count} ${what}`] : [];
  });
  return counts.length > 0 ? counts.join(', ') : 'nothing to change';
}

function fates({ offsets, state }: Change): readonly string[] {
  return [
    ...(offsets === null || offsets === 'new' ? [] : [`offsets ${offsets}`]),
    ...(state === null ? [] : [`state ${state}`]),
  ];
}
