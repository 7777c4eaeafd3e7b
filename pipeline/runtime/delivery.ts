import { TaskLost } from '../errors/pipeline-error.ts';
import type { BatchContext, TopicPartition } from '../ports/consumer.ts';
import type { Producer, TransactionalProducer, Written } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';

/** Up to where an input of a task is done with. */
export interface Step extends TopicPartition {
  readonly nextOffset: bigint;
  readonly context: BatchContext;
}

/** What a task made of some of its input. */
export interface Made {
  /** Outputs and dead letters. */
  readonly outputs: readonly ProducerRecord[];
  /** Changes of state, for the changelogs. */
  readonly changes: readonly ProducerRecord[];
}

/** How what a task makes and how far it has come get to Kafka: the one difference between the guarantees. */
export interface Delivery {
  /** Before a task begins in an epoch or begins anew; false when its partition is lost. */
  begin(context: BatchContext): Promise<boolean>;
  /** Where an input of the task goes on: wherever it was fetched, an offset, or null when it is lost. Asked after `begin`. */
  startOf(context: BatchContext): Promise<bigint | 'as fetched' | null>;
  /**
   * Writes what was made of the input up to the step, and the step. Tells where the changes end.
   * @throws ProduceError naming the record that can never be written, and then the step is not done; TaskLost where the
   * task is to begin anew.
   */
  write(made: Made, step: Step): Promise<Written>;
  close(): Promise<void>;
}

/**
 * Outputs first, then changes of state, then the offset, which is committed without being waited for: a crash repeats what
 * was not committed, with the same `ce_id`s, and loses nothing. State that knew of an output before it was written would.
 * Whoever wakes from a sleep asks the group before he writes: what he had in hand is old.
 */
export function atLeastOnce(producer: Pick<Producer, 'send'>): Delivery {
  return {
    begin: async () => true,
    startOf: async () => 'as fetched',
    write: async ({ outputs, changes }, { context, nextOffset }) => {
      await throwUnlessHeld(context);
      if (outputs.length > 0) await producer.send(outputs);
      if (changes.length > 0) await throwUnlessHeld(context);
      const written = changes.length > 0 ? await producer.send(changes) : new Map<string, bigint>();
      context.commitSoon(nextOffset);
      return written;
    },
    close: async () => undefined,
  };
}

async function throwUnlessHeld(context: BatchContext): Promise<void> {
  const held = context.holds();
  if (held === true || (await held)) return;
  throw new TaskLost('TASK_LOST', 'the group has not heard of this worker in time; what it had in hand is not written');
}

/**
 * Outputs and offset in one transaction. Whoever begins proves to the group that the task is his, fences the owner before
 * him, and only then reads what is committed; the group is asked again, because a process that slept meanwhile would
 * have fenced the rightful owner.
 */
export function exactlyOnce(producer: TransactionalProducer, groupId: string): Delivery {
  return {
    begin: async (context) => {
      if (!(await context.confirm())) return false;
      await producer.begin(context.signal);
      return context.confirm();
    },
    startOf: (context) => context.committed(),
    write: async ({ outputs, changes }, { context, topic, partition, nextOffset }) => {
      const written = await producer.commit([...outputs, ...changes], {
        groupId,
        offsets: [{ topic, partition, nextOffset }],
      });
      context.advance(nextOffset);
      return written;
    },
    close: () => producer.close(),
  };
}
