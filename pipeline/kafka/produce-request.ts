import type { BatchMessage } from './batch-layout.ts';
import { recordBatch } from './record-batch.ts';

/** What kafkajs makes a produce request of. */
interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  readonly producerId?: { toString(): string } | undefined;
  readonly producerEpoch?: number | undefined;
  readonly compression?: number | undefined;
  readonly topicData: readonly TopicData[];
}

interface TopicData {
  readonly topic: string;
  readonly partitions: readonly PartitionData[];
}

interface PartitionData {
  readonly partition: number;
  readonly firstSequence?: number | undefined;
  readonly messages: readonly BatchMessage[];
}

/** The part of kafkajs' Encoder that a request is written with. */
interface Encoder {
  writeString(value: string | null): Encoder;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeBuffer(value: Buffer): Encoder;
}

interface Request {
  encode(): Promise<unknown>;
}

export type MakeProduceRequest = (options: ProduceOptions) => Request;
export type EncoderClass = new () => Encoder;

/**
 * Produce request of versions 3 to 7 (https://kafka.apache.org/protocol#The_Messages_Produce) around our own record
 * batches. As published, each record costs two dozen buffers and an array that is copied for each of its siblings.
 */
export function quickProduceRequest(published: MakeProduceRequest, Encoder: EncoderClass): MakeProduceRequest {
  return (options) => {
    const request = published(options);
    return options.compression ? request : { ...request, encode: async () => encoded(new Encoder(), options) };
  };
}

function encoded(encoder: Encoder, options: ProduceOptions): Encoder {
  const { transactionalId = null, acks, timeout, topicData } = options;
  encoder.writeString(transactionalId).writeInt16(acks).writeInt32(timeout).writeInt32(topicData.length);
  for (const { topic, partitions } of topicData) {
    encoder.writeString(topic).writeInt32(partitions.length);
    for (const data of partitions) writePartition(encoder, data, options);
  }
  return encoder;
}

function writePartition(encoder: Encoder, data: PartitionData, options: ProduceOptions): void {
  const { transactionalId, producerId = -1, producerEpoch = 0 } = options;
  const pieces = recordBatch(data.messages, {
    producerId: BigInt(producerId.toString()),
    producerEpoch,
    firstSequence: data.firstSequence ?? 0,
    transactional: Boolean(transactionalId),
  });
  encoder.writeInt32(data.partition).writeInt32(pieces.reduce((bytes, piece) => bytes + piece.length, 0));
  for (const piece of pieces) encoder.writeBuffer(piece);
}

interface Sorting<M> {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly M[];
  readonly partitioner: (message: Omit<Sorting<M>, 'messages' | 'partitioner'> & { readonly message: M }) => number;
}

/** The messages by their partition, in order; nothing where the partitions are not known. */
export function messagesByPartition<M>({
  topic,
  partitionMetadata,
  messages,
  partitioner,
}: Sorting<M>): Record<number, M[]> {
  const byPartition: Record<number, M[]> = {};
  if (partitionMetadata.length === 0) return byPartition;
  for (const message of messages)
    (byPartition[partitioner({ topic, partitionMetadata, message })] ??= []).push(message);
  return byPartition;
}
