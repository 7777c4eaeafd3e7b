import { createLogUpdate } from 'log-update';
import type { TopologyStatus } from '../../runtime/status.ts';
import { paint, say } from '../terminal.ts';
import { statusTable } from './status-table.ts';

const REFRESH_MS = 500;
const PLAIN_EVERY_MS = 30_000;

/** What runs, as far as it is shown. */
interface Watched {
  status(): Omit<TopologyStatus, 'metrics'>;
}

/** Where the lines of a running topology go: above a live table on a terminal, plain otherwise. */
export interface RunView {
  line(text: string): void;
  watch(run: Watched): void;
  close(): void;
}

/** Plain lines, with a word on the figures now and then. */
export function plainView(): RunView {
  let timer: NodeJS.Timeout | undefined;
  return {
    line: say,
    watch: (run) => {
      timer = setInterval(() => say(plainFigures(run)), PLAIN_EVERY_MS);
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
    watch: (run) => {
      draw = () =>
        update(
          ['', ...statusTable(run.status()), paint('dim', 'Ctrl-C stops, and lets what is under way finish')].join(
            '\n',
          ),
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

function plainFigures(run: Watched): string {
  const { sources, stages, taps } = run.status();
  const parts = [...sources, ...stages, ...taps];
  return parts.map(({ name, recordsIn, rate }) => `${name} ${recordsIn} (${rate.toFixed(1)}/s)`).join(', ');
}
