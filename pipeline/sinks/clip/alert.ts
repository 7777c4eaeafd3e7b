import { z } from 'zod';
import { PoisonRecordError } from '../../errors/pipeline-error.ts';
import type { SinkRecord } from '../../ports/sink.ts';

const time = z.iso.datetime().transform((text) => Date.parse(text));

const ended = z.object({
  id: z.string().min(1),
  state: z.literal('end'),
  sourceId: z.string(),
  since: time,
  until: time,
});
const alert = z.union([ended, z.object({ state: z.enum(['start', 'update']) })]);

/** An alert that is over; times are milliseconds since 1970 UTC. */
export type EndedAlert = z.output<typeof ended>;

/** The alert of a record of `rules`, or null while it goes on. @throws PoisonRecordError SINK_NOT_ALERT */
export function endedAlertOf({ value, topic, partition, offset }: SinkRecord): EndedAlert | null {
  const read = alert.safeParse(jsonOf(value));
  if (read.success) return read.data.state === 'end' ? read.data : null;
  throw new PoisonRecordError(
    'SINK_NOT_ALERT',
    `${topic}-${partition}@${offset} holds no alert; tap a topic that a stage with process: rules writes`,
    { where: { topic, partition, offset } },
  );
}

function jsonOf(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString('utf8') ?? '');
  } catch {
    return undefined; // told as what it is not
  }
}
