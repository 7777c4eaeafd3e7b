import type { Kafka } from '../../kafka/index.ts';
import type { Admin, OffsetRange } from '../../ports/admin.ts';
import type { Logger } from '../../ports/logger.ts';
import {
  prepareReplay,
  replayDeadLettersOf,
  type ReplayOrder,
  type StageReplay,
} from '../../runtime/replay/replay-stage.ts';
import { redactor } from '../../secrets/redact.ts';
import { knownSecretsOf } from '../../secrets/secret-values.ts';
import type { Plan, StagePlan } from '../../topology/plan.ts';
import { hideInOutput } from '../hide-in-output.ts';
import type { Bounds } from '../log-range.ts';
import { retentionWarning } from '../own-topic.ts';
import { INTERRUPTED } from '../stop-signal.ts';
import { complain, say } from '../terminal.ts';
import { inputFromRecordings, inputFromTopics } from './replay-input.ts';
import { ensureTarget, replayTarget, type ReplayTarget } from './replay-target.ts';

const TOLD_EVERY_MS = 2_000;
/** Failures told one by one; the dead letters have them all. */
const MOST_TOLD = 10;

export interface ReplayRequest {
  readonly plan: Plan;
  readonly stage: StagePlan;
  readonly into: string;
  readonly bounds: Bounds;
  readonly limit?: number;
  readonly fromRecording: readonly string[];
  readonly append: boolean;
  readonly dryRun: boolean;
}

/** Replays a stage and tells what came of it; the exit code. */
export async function replay(kafka: Kafka, request: ReplayRequest, signal: AbortSignal): Promise<number> {
  hideInOutput(redactor(knownSecretsOf(request.stage, process.env)));
  const admin = kafka.admin();
  const [reader, producer] = [kafka.partitionReader(), kafka.producer()];
  try {
    const { plan, stage, into, limit = null } = request;
    const target = await replayTarget(admin, request);
    const { bounds, fromRecording } = request;
    const input =
      fromRecording.length > 0
        ? await inputFromRecordings(fromRecording, stage, bounds)
        : await inputFromTopics({ admin, reader }, stage, bounds);
    tellPlan(request, input.ranges, target);
    if (request.dryRun) return 0;
    const created = await ensureTarget(admin, target);
    if (created.length > 0)
      say(`created ${created.join(' and ')}; they are kept until you delete them (topics delete)`);
    const order = { plan, stage, into, input: { ...input, limit }, producer, log: shortLog() };
    const run = await runReplay(order, signal);
    await dropUnused(admin, { run, created, target });
    return signal.aborted ? INTERRUPTED : 0;
  } finally {
    await Promise.all([producer.close(), reader.close(), admin.close()]);
  }
}

async function runReplay(order: ReplayOrder, signal: AbortSignal): Promise<StageReplay> {
  const run = await prepareReplay(order);
  for (const caveat of run.caveats) complain(`note: ${caveat}`);
  const startedAt = performance.now();
  const total = recordsIn(order.input.ranges);
  const ticker = setInterval(() => {
    const read = run.progress.reduce((sum, { records }) => sum + records, 0);
    complain(`${read} of ${Math.min(total, order.input.limit ?? Infinity)} records`);
  }, TOLD_EVERY_MS);
  try {
    await run.run(signal);
  } finally {
    clearInterval(ticker);
    await tellEnd(run, order.into, performance.now() - startedAt);
    if (signal.aborted) tellWhere(run);
  }
  return run;
}

function tellPlan({ stage, into, limit, dryRun }: ReplayRequest, ranges: readonly OffsetRange[], target: ReplayTarget) {
  const verb = dryRun ? 'would run' : 'running';
  const most = limit === undefined ? '' : `, at most ${limit} of them`;
  say(`${verb} ${recordsIn(ranges)} records${most} through stage "${stage.name}" (${stage.process}) into ${into}`);
  for (const { topic, partition, from, to } of ranges) say(`  ${topic}-${partition}  ${from}..${to}`);
  const warning = target.existing && retentionWarning(target.existing);
  if (warning) complain(warning);
  if (stage.delivery === 'latest') complain('note: nothing is skipped for freshness, unlike live (delivery: latest)');
  if (dryRun)
    say(target.existing ? 'nothing is run (--dry-run)' : `${into} would be created; nothing is run (--dry-run)`);
}

async function tellEnd(run: StageReplay, into: string, tookMs: number): Promise<void> {
  const { read, written, deadLetters, skipped } = await run.count();
  const rate = Math.round((read * 1000) / Math.max(1, tookMs));
  const failed = skipped > 0 ? `, ${skipped} skipped` : '';
  say(
    `read ${read}, wrote ${written} to ${into}, ${deadLetters} dead letters${failed} ` +
      `in ${(tookMs / 1000).toFixed(1)} s (${rate} records/s)`,
  );
  if (deadLetters > 0) say(`  they are in ${replayDeadLettersOf(into)}, with the reasons: dlq list ${into}`);
}

function tellWhere(run: StageReplay): void {
  complain('stopped early; what was finished is written. To go on there, into the same topic with --append:');
  for (const { topic, partition, position, to } of run.progress)
    complain(`  ${topic}-${partition}  ${position >= to ? 'done' : `--from ${partition}@${position}`}`);
}

interface Ended {
  readonly run: StageReplay;
  readonly created: readonly string[];
  readonly target: ReplayTarget;
}

/** A topic for dead letters that nobody needed would only be in the way. */
async function dropUnused(admin: Admin, { run, created, target: { deadLetters } }: Ended): Promise<void> {
  if (!created.includes(deadLetters.name) || (await run.count()).deadLetters > 0) return;
  await admin.deleteTopics([deadLetters.name]);
}

function recordsIn(ranges: readonly OffsetRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + Number(to - from), 0);
}

/** What goes wrong, one line each, as long as it is not too much. */
function shortLog(): Logger {
  let told = 0;
  const tell = (_: object, message: string): void => {
    told++;
    if (told <= MOST_TOLD) complain(message);
    if (told === MOST_TOLD) complain('(further ones are not told one by one)');
  };
  const ignore = (): void => undefined; // the command tells what it does itself
  return { debug: ignore, info: ignore, warn: tell, error: tell };
}
