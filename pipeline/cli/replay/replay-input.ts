import { UserError } from '../../errors/pipeline-error.ts';
import type { Admin } from '../../ports/admin.ts';
import type { PartitionReader } from '../../ports/partition-reader.ts';
import { recordedLog, recordedRanges, type RecordedBound } from '../../recording/recorded-log.ts';
import { Recording } from '../../recording/recording.ts';
import type { RangesToRead } from '../../runtime/replay/range-consumer.ts';
import type { StagePlan } from '../../topology/plan.ts';
import { listed } from '../../topology/suggest.ts';
import type { LogPosition } from '../log-position.ts';
import { rangesOf, type Bounds } from '../log-range.ts';
import { kafkaLog } from './kafka-log.ts';

type Input = Omit<RangesToRead, 'limit'>;

/** The input of a stage as its topics have it. */
export async function inputFromTopics(
  { admin, reader }: { readonly admin: Admin; readonly reader: PartitionReader },
  { from }: StagePlan,
  bounds: Bounds,
): Promise<Input> {
  return { ranges: await rangesOf(admin, await admin.describeTopics(from), bounds), log: kafkaLog(reader) };
}

/** The input of a stage from recordings: one for each topic it reads. @throws UserError where they do not fit. */
export async function inputFromRecordings(
  folders: readonly string[],
  stage: StagePlan,
  { from, to }: Bounds,
): Promise<Input> {
  if (from === 'latest' || to === 'earliest')
    throw new UserError('ARGUMENT_INVALID', 'nothing of a recording is after latest or before earliest; leave it out');
  const recordings = await byInput(folders, stage);
  const bounds = { from: boundOf(from), to: boundOf(to) };
  const ranges = [...recordings].map(([topic, recording]) => recordedRanges(recording, topic, bounds));
  return { ranges: (await Promise.all(ranges)).flat(), log: recordedLog(recordings) };
}

/** A stage of one input takes a recording of any topic, which counts as one of its own. */
async function byInput(folders: readonly string[], { name, from }: StagePlan): Promise<ReadonlyMap<string, Recording>> {
  const recordings = new Map<string, Recording>();
  for (const folder of folders) {
    const recording = await Recording.open(folder);
    const { topic } = recording.manifest;
    const input = from.length === 1 ? from[0] : from.find((one) => one === topic);
    if (input === undefined || recordings.has(input))
      throw new UserError(
        'ARGUMENT_INVALID',
        `${folder} is a recording of ${topic}, and stage "${name}" reads ${listed(from)}; give one recording of each`,
      );
    recordings.set(input, recording);
  }
  const missing = from.filter((topic) => !recordings.has(topic));
  if (missing.length === 0) return recordings;
  throw new UserError(
    'ARGUMENT_INVALID',
    `stage "${name}" also reads ${listed(missing)}; give a recording of it with another --from-recording`,
  );
}

function boundOf(position: LogPosition): RecordedBound | null {
  if (typeof position === 'string') return null;
  return 'timestampMs' in position ? { ...position, partition: null } : position;
}
