import { headerText, type ConsumerRecord, type Headers, type ProducerRecord } from '../ports/record.ts';
import { recordId } from './record-identity.ts';

const STAGE = 'tapline.redrive.stage';
const COUNT = 'tapline.redrive.count';
const TIMESTAMP = 'tapline.redrive.timestamp';
const REASONS = 'tapline.dlq.';

/** Headers of an input that its outputs do not inherit: the next stage would step over them. */
export const HEADERS_NOT_INHERITED: readonly string[] = [STAGE];

/** Where a dead letter was read before it died. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: number;
}

/** Where a dead letter goes back to. */
export interface RedriveTarget {
  readonly topic: string;
  readonly partition: number;
  /** Consumer group that alone shall take it; null: every reader of the topic. */
  readonly group: string | null;
}

/**
 * Whether a record was brought back for another reader of its topic; `me` is a consumer group. A dead letter is for
 * whoever reads the dead letters, though it keeps the mark of the redrive it failed in.
 */
export function isForAnother({ headers }: { readonly headers: Headers }, me: string): boolean {
  const mark = headers[STAGE];
  if (mark === undefined) return false;
  return headerText(headers, STAGE) !== me && headers[`${REASONS}time`] === undefined;
}

/** The record without what its outputs must not inherit; the very same one where there is nothing to drop. */
export function withoutTarget<R extends { readonly headers: Headers }>(record: R): R {
  if (record.headers[STAGE] === undefined) return record;
  return { ...record, headers: keepHeaders(record.headers, (name) => !HEADERS_NOT_INHERITED.includes(name)) };
}

/** Where a dead letter came from; null for what a source could not write, which never was in a topic. */
export function originOf({ headers, timestampMs }: ConsumerRecord): Origin | null {
  const topic = headerText(headers, `${REASONS}topic`);
  if (topic === undefined) return null;
  const number = (name: string, otherwise: number): number =>
    Number(headerText(headers, `${REASONS}${name}`) ?? otherwise);
  const offset = BigInt(headerText(headers, `${REASONS}offset`) ?? 0);
  return { topic, partition: number('partition', 0), offset, timestampMs: number('timestamp', timestampMs) };
}

/** Whether somebody has brought the record back, so that it comes late on purpose. */
export function wasRedriven({ headers }: { readonly headers: Headers }): boolean {
  return headers[COUNT] !== undefined;
}

/** How often a record was brought back before. */
export function redriveCount({ headers }: ConsumerRecord): number {
  return Number(headerText(headers, COUNT) ?? 0);
}

/**
 * The record a dead letter holds, as it goes back: original key, bytes and headers, stamped now, or retention would
 * delete it early. Its time is that of its first life. A record that has no id gets that of its first place, so that
 * the outputs of all its lives have one id.
 */
export function redrivenRecord(
  letter: ConsumerRecord,
  { topic, partition, group }: RedriveTarget,
  nowMs: number,
): ProducerRecord {
  const origin = originOf(letter);
  const { ce_id: id = origin ? recordId({ ...letter, ...origin, headers: {} }) : undefined } = letter.headers;
  return {
    topic,
    partition,
    key: letter.key,
    value: letter.value,
    headers: {
      ...keepHeaders(letter.headers, (name) => !name.startsWith(REASONS) && name !== STAGE),
      ...(id !== undefined && { ce_id: id }),
      [TIMESTAMP]: letter.headers[TIMESTAMP] ?? String(origin?.timestampMs ?? letter.timestampMs),
      [COUNT]: String(redriveCount(letter) + 1),
      ...(group !== null && { [STAGE]: group }),
    },
    timestampMs: nowMs,
  };
}

function keepHeaders(headers: Headers, keep: (name: string) => boolean): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)));
}
