import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { acquireBroker, keepBrokerRunning, type Broker } from '../broker/index.ts';
import { createKafka, type Kafka } from '../kafka/index.ts';
import type { Admin } from '../ports/admin.ts';
import { carryOver, pendingRenamings } from '../runtime/apply/carry-over.ts';
import { TopologyChanger, withCarryTools } from '../runtime/apply/topology-changer.ts';
import { provision } from '../runtime/provision.ts';
import { removeRun, startingRun, writeRun, type Run } from '../runtime/run-file.ts';
import { StatusServer } from '../runtime/status-server.ts';
import { Supervisor, type SupervisorEvents } from '../runtime/supervisor.ts';
import type { Plan } from '../topology/plan.ts';
import { stateDirectory } from './options.ts';
import { replaceRunning } from './replace-running.ts';
import { conclude, exitCodeWhenAsked, refuseEndless, type End } from './run-end.ts';
import { stopRequest } from './stop-request.ts';
import { complain, paint } from './terminal.ts';
import type { Change } from '../topology/changes/index.ts';
import { changeLines, changeSummary } from './change/change-lines.ts';
import { watchTopology } from './change/watch-topology.ts';
import { readableLogLine } from './view/log-line.ts';
import { liveView, plainView, type RunView } from './view/run-view.ts';

/** How a topology is run. */
export interface RunOptions {
  readonly untilDone: boolean;
  readonly ui: boolean;
  readonly keepBroker: boolean;
  readonly logLevel: string;
  readonly metricsPort?: number;
  /** What the command line changed in the file. */
  readonly overrides: Run['overrides'];
  /** Absolute paths of what the plan was read from. */
  readonly files: readonly string[];
  /** Apply the file whenever it is saved. */
  readonly watch: boolean;
}

/** Runs a topology to its end and gives the exit code. */
export async function runTopology(plan: Plan, options: RunOptions): Promise<number> {
  if (options.untilDone) refuseEndless(plan);
  const stop = stopRequest();
  const directory = stateDirectory();
  const view = options.ui && process.stdout.isTTY ? liveView() : plainView();
  const run = await startingRun(plan, options.overrides);
  await writeRun(directory, run); // before there is a broker, so that whoever stops that finds this run first
  try {
    return await runNoted(run, { plan, options, view, directory, stop });
  } finally {
    await removeRun(directory, run);
  }
}

interface Setting {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly view: RunView;
  readonly directory: string;
  readonly stop: ReturnType<typeof stopRequest>;
}

async function runNoted(run: Run, setting: Setting): Promise<number> {
  const { options, view, directory, stop } = setting;
  const watch = new AbortController();
  const onProgress = (line: string): void => view.line(line);
  const handedOver = await replaceRunning(run, directory, onProgress);
  const broker = await acquireBroker({ stateDirectory: directory, onProgress, signal: stop.signal });
  view.line(broker.describe());
  const keeps = (): boolean => options.keepBroker || stop.keepBroker || !(broker.startedByUs || handedOver);
  const keeping =
    broker.kind === 'external'
      ? null
      : keepBrokerRunning({ stateDirectory: directory, onProgress, signal: watch.signal });
  try {
    return stop.signal.aborted ? exitCodeWhenAsked(options.untilDone) : await runOn(broker, run, setting);
  } finally {
    watch.abort();
    await keeping;
    view.close();
    if (!keeps()) await broker.stop();
  }
}

async function runOn(broker: Broker, run: Run, setting: Setting): Promise<number> {
  const { plan, options, view, directory } = setting;
  const logFile = join(directory, 'logs', `${plan.name}.log`);
  mkdirSync(join(directory, 'logs'), { recursive: true });
  const log = pino({ level: options.logLevel, base: {} }, pino.destination({ dest: logFile, sync: false }));
  const kafka = createKafka(broker.connection, { log, clientId: `tapline-${plan.name}-supervisor` });
  const admin = kafka.admin();
  await ensureTopics(admin, plan, view);
  await carryOverPending({ admin, kafka, view }, plan);
  const events = supervisorEvents(view, (line) => log.info({}, line));
  const supervisor = new Supervisor({ plan, connection: broker.connection, admin, logLevel: options.logLevel, events });
  const changer = new TopologyChanger({ supervisor, admin, kafka, onApplied: (changes) => showChanges(changes, view) });
  const changes = { changer, token: run.token };
  const server = await StatusServer.start(supervisor, { port: options.metricsPort ?? null, changes });
  await writeRun(directory, { ...run, state: 'running', address: server.address });
  view.line(paint('dim', `metrics ${server.address}/metrics, log ${logFile}`));
  view.watch(supervisor);
  const watch = options.watch ? watchTopology(options.files, { run, changer, view }) : null;
  try {
    const end = await untilEnd(supervisor, setting);
    await stopClean(supervisor, setting);
    return conclude(end, { status: () => supervisor.status(), view, untilDone: options.untilDone });
  } finally {
    watch?.close();
    await supervisor.stop();
    server.close();
    await admin.close();
    log.flush();
  }
}

async function untilEnd(supervisor: Supervisor, { options, stop }: Setting): Promise<End> {
  if (!stop.signal.aborted) void supervisor.start();
  const ends: Promise<End>[] = [stop.requested.then(() => 'asked'), supervisor.untilFailed()];
  if (options.untilDone) ends.push(supervisor.untilDone().then(() => 'done'));
  return Promise.race(ends);
}

async function stopClean(supervisor: Supervisor, { view, stop }: Setting): Promise<void> {
  view.line('stopping: finishing what is under way');
  stop.onSecond(() => {
    complain('ended at once; records under way will be processed again at the next start');
    for (const { process: worker } of supervisor.workers)
      if (worker.pid !== undefined) process.kill(worker.pid, 'SIGKILL');
  });
  await supervisor.stop();
}

async function ensureTopics(admin: Admin, plan: Plan, view: RunView): Promise<void> {
  const verdicts = await provision(admin, plan);
  const created = verdicts.filter(({ verdict }) => verdict === 'created').length;
  if (created > 0) view.line(`created ${created} topics`);
  for (const { topic, verdict, notes } of verdicts) {
    if (verdict !== 'created') for (const note of notes) view.line(`topic ${topic} ${verdict}: ${note}`);
  }
}

interface CarryParts {
  readonly admin: Admin;
  readonly kafka: Kafka;
  readonly view: RunView;
}

/** Of parts that were renamed while nothing ran. */
async function carryOverPending({ admin, kafka, view }: CarryParts, plan: Plan): Promise<void> {
  const renamings = await pendingRenamings(admin, plan);
  if (renamings.length === 0) return;
  await withCarryTools(admin, kafka, async (tools) => {
    for (const renaming of renamings) await carryOver(renaming, tools, plan);
  });
  for (const { from, to } of renamings) view.line(`"${to.name}" goes on where "${from.name}" was`);
}

function showChanges(changes: readonly Change[], view: RunView): void {
  for (const line of changeLines(changes)) view.line(line);
  view.line(`applied: ${changeSummary(changes)}`);
}

function supervisorEvents(view: RunView, record: (line: string) => void): SupervisorEvents {
  const announced = new Map<string, string | null>();
  return {
    onState: (worker) => {
      if (worker.address !== null && announced.get(worker.name) !== worker.address) {
        view.line(`${worker.role.name} ${paint('cyan', worker.address)}`);
      }
      announced.set(worker.name, worker.address);
      if (worker.state === 'failed' && worker.role.kind === 'tap') {
        view.line(
          `${paint('red', 'error')} tap "${worker.role.name}" cannot go on: ${worker.failure?.message ?? 'see the log'}`,
        );
      }
    },
    onDeath: (worker, { reason, lastWords, backoffMs }) => {
      for (const words of lastWords) view.line(paint('dim', `  ${worker.name} | ${words}`));
      view.line(`${paint('yellow', 'warn')} ${worker.name} died (${reason}); starting it again in ${backoffMs} ms`);
    },
    onLine: (worker, line, stream) => {
      if (stream === 'stdout') return view.line(`${worker.role.name} ${line}`);
      record(line);
      const readable = readableLogLine(worker.name, line);
      if (readable !== null) view.line(readable);
    },
    onWarning: (sentence) => view.line(`${paint('yellow', 'warn')} ${sentence}`),
  };
}
