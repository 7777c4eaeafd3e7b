import { UserError } from '../errors/pipeline-error.ts';
import type { Kafka } from '../kafka/index.ts';
import { positionRecords, storedPositions } from '../runtime/source-delivery.ts';
import { positionsTopicOf, sourceTransactionalIdOf } from '../topology/names.ts';
import { say } from './terminal.ts';

const WIDTH = 120;

/**
 * `reset --forget`: forgets the positions of a source. Whoever writes them is fenced first, so that none comes after: a
 * source that runs begins anew at once.
 */
export async function forgetPositions(
  kafka: Kafka,
  name: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<void> {
  const [admin, reader, sender] = [kafka.admin(), kafka.partitionReader(), kafka.producer()];
  const never = new AbortController().signal;
  const [topology = '', source = ''] = name.split('.');
  const topic = positionsTopicOf(topology, source);
  const producer = sender.transactional(sourceTransactionalIdOf(topology, source));
  try {
    if (!(await admin.listTopics()).includes(topic)) throw noPositions(name, topic);
    if (!dryRun) await producer.begin(never);
    const stored = await storedPositions(reader, topic, never);
    for (const [of, { value }] of stored) say(`  ${of}  ${String(value)}`.slice(0, WIDTH));
    const forgotten = [...stored.keys()].map((of) => ({ of, at: null }));
    if (!dryRun && forgotten.length > 0) await producer.commit(positionRecords(topic, forgotten, Date.now()));
    const count = `${stored.size} ${stored.size === 1 ? 'position' : 'positions'} of ${name}`;
    say(dryRun ? `${count}, none is forgotten (--dry-run)` : `${count} forgotten: it begins as at its first start`);
  } finally {
    await Promise.all([producer.close(), sender.close(), reader.close(), admin.close()]);
  }
}

function noPositions(name: string, topic: string): UserError {
  return new UserError(
    'ARGUMENT_INVALID',
    `no source ${name} has stored positions: there is no topic ${topic}; check the name (<topology>.<source>)`,
  );
}
