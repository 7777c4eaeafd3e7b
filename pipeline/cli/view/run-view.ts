import { createLogUpdate } from 'log-update';
import type { Supervisor } from '../../runtime/supervisor.ts';
import { paint, say } from '../terminal.ts';
import { statusTable } from './status-table.ts';

const REFRESH_MS = 500;
const PLAIN_EVERY_MS = 30_000;

/** Where the lines of a running topology go: above a live table on a terminal, plain otherwise. */
export interface RunView {
  line(text: string): void;
  watch(supervisor: Supervisor): void;
  close(): void;
}

/** Plain lines, with a word on the figures now and then. */
export function plainView(): RunView {
  let timer: NodeJS.Timeout | undefined;
  return {
    line: say,
    watch: (supervisor) => {
      timer = setInterval(() => say(plainFigures(supervisor)), PLAIN_EVERY_MS);
    },
    close: () => clearInterval(timer),
  };
}

/** A table that is redrawn in place; lines scroll above it. */
export function liveView(): RunView {
  const update = createLogUpdate(process.stdout, { showCursor: true });
  let timer: NodeJS.Timeout | undefined;
  let draw = (): void => undefined;
  return {
    line: (text) => {
      update.clear();
      say(text);
      draw();
    },
    watch: (supervisor) => {
      draw = () =>
        update(
          [
            '',
            ...statusTable(supervisor.status()),
            paint('dim', 'Ctrl-C stops, and lets what is under way finish'),
          ].join('\n'),
        );
      timer = setInterval(draw, REFRESH_MS);
    },
    close: () => {
      clearInterval(timer);
      draw = () => undefined;
      update.done();
    },
  };
}

function plainFigures(supervisor: Supervisor): string {
  const { sources, stages, taps } = supervisor.status();
  const parts = [...sources, ...stages, ...taps];
  return parts.map(({ name, recordsIn, rate }) => `${name} ${recordsIn} (${rate.toFixed(1)}/s)`).join(', ');
}
