import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { messageOf } from '../errors/pipeline-error.ts';
import type { Logger } from '../ports/logger.ts';
import { MemoryRun } from '../runtime/memory/memory-run.ts';
import type { MemoryWorker } from '../runtime/memory/memory-worker.ts';
import { planSecrets } from '../runtime/order-secrets.ts';
import { redactor, type Redact } from '../secrets/redact.ts';
import type { Plan } from '../topology/plan.ts';
import { hideInOutput } from './hide-in-output.ts';
import { stateDirectory } from './options.ts';
import { conclude, refuseEndless, type End } from './run-end.ts';
import { stopRequest } from './stop-request.ts';
import { complain, paint } from './terminal.ts';
import { readableLogLine } from './view/log-line.ts';
import { liveView, plainView, type RunView } from './view/run-view.ts';

/** How a topology is run in memory. */
export interface MemoryRunOptions {
  readonly untilDone: boolean;
  readonly ui: boolean;
  readonly logLevel: string;
}

const NOTICE =
  'runs in memory, without a broker: nothing outside of this process can read or write its topics, status and apply do ' +
  'not see it, and nothing is kept when it stops';

/** Runs a topology in this process to its end and gives the exit code. */
export async function runInMemory(plan: Plan, options: MemoryRunOptions): Promise<number> {
  const { untilDone, ui } = options;
  if (untilDone) refuseEndless(plan);
  const redact = redactor(planSecrets(plan, process.env));
  hideInOutput(redact);
  endOnStrayErrors(redact);
  const stop = stopRequest();
  const prints = plan.taps.some(({ sink }) => sink === 'console'); // a live table would be printed over
  const view = ui && process.stdout.isTTY && !prints ? liveView() : plainView();
  view.line(`${paint('yellow', 'memory')} topology "${plan.name}" ${NOTICE}`);
  const logFile = logFileOf(plan);
  view.line(paint('dim', `log ${logFile}`));
  const log = (worker: string): Logger => workerLog(worker, { ...options, redact, logFile, view });
  const run = new MemoryRun({ plan, log, ...eventsFor(view) });
  view.watch(run);
  const end = await untilEnd(run, { untilDone, asked: stop.requested });
  view.line('stopping: finishing what is under way');
  stop.onSecond(() => {
    complain('ended at once');
    process.exit(1);
  });
  await run.stop();
  view.close();
  return conclude(end, { status: () => run.status(), view, untilDone });
}

interface Ending {
  readonly untilDone: boolean;
  readonly asked: Promise<void>;
}

async function untilEnd(run: MemoryRun, { untilDone, asked }: Ending): Promise<End> {
  const started = run.start();
  const ends: Promise<End>[] = [
    asked.then(() => 'asked'),
    run.untilFailed(),
    started.then(() => new Promise(() => undefined)),
  ];
  if (untilDone) ends.push(started.then(() => run.untilDone()).then(() => 'done'));
  return Promise.race(ends);
}

function logFileOf({ name }: Plan): string {
  const folder = join(stateDirectory(), 'logs');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.log`);
}

interface LogParts {
  readonly logLevel: string;
  readonly redact: Redact;
  readonly logFile: string;
  readonly view: RunView;
}

/** All of it into the file; what a person needs to be seen, too. */
function workerLog(worker: string, { logLevel, redact, logFile, view }: LogParts): Logger {
  const write = (written: string): void => {
    const line = redact(written);
    appendFileSync(logFile, line);
    const readable = readableLogLine(worker, line);
    if (readable !== null) view.line(readable);
  };
  return pino({ level: logLevel, base: { worker } }, { write });
}

function eventsFor(view: RunView) {
  const announced = new Map<string, string | null>();
  return {
    onState: (worker: MemoryWorker): void => {
      const { name, role, address, state, failure } = worker;
      if (address !== null && announced.get(name) !== address) view.line(`${role.name} ${paint('cyan', address)}`);
      announced.set(name, address);
      if (state === 'failed' && role.kind === 'tap')
        view.line(`${paint('red', 'error')} tap "${role.name}" cannot go on: ${failure?.message ?? 'see the log'}`);
    },
    onDeath: ({ name }: MemoryWorker, reason: string, backoffMs: number): void =>
      view.line(`${paint('yellow', 'warn')} ${name} failed (${reason}); starting it again in ${backoffMs} ms`),
  };
}

/** What a module throws where nobody waits for it would end one worker of many; here it ends all. */
function endOnStrayErrors(redact: Redact): void {
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.once(event, (error: unknown) => {
      const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
      complain(redact(`ended by an error that nobody caught: ${stack}`));
      process.exit(1);
    });
}
