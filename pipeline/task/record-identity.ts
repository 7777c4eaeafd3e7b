import { eventHeaders } from '../frame/cloud-event.ts';
import { headerText, type ConsumerRecord, type Headers } from '../ports/record.ts';

/** What a record descends from, and the trail that tells it from its siblings. */
interface Lineage {
  /** The source's id of the record, or `topic-partition-offset` of one that came from outside. */
  readonly root: string;
  /** What sets this record apart from others of the same root: indexes of outputs and fan-in topics, or empty. */
  readonly branch: string;
}

/**
 * Identity of the outputs of one stage: `<root>/<stage>[/<branch>]`. It depends on nothing but the input's identity, so
 * a repeat anywhere upstream gives the same id and a sink can drop it.
 */
export interface OutputIdentity {
  readonly stage: string;
  /** A stage that reads several topics may meet one root on each of them. */
  readonly fanIn: boolean;
}

/** The `ce_*` headers of the output with this index; those of the input are kept, save for the id. */
export function identityHeaders(input: ConsumerRecord, { stage, fanIn }: OutputIdentity, index: number): Headers {
  const { root, branch } = lineageOf(input);
  let id = `${root}/${stage}`;
  if (branch !== '') id += `/${branch}`;
  if (fanIn) id += `/${input.topic}`;
  if (index > 0) id += `/${index}`;
  if (headerText(input.headers, 'ce_specversion') !== undefined) return { ce_id: id };
  const source = `/topics/${input.topic}`;
  return eventHeaders({ id, source, type: 'record', timeUs: input.timestampMs * 1000, subject: root });
}

/** Id of a record, whoever made it. */
export function recordId(record: ConsumerRecord): string {
  return headerText(record.headers, 'ce_id') ?? place(record);
}

function lineageOf(record: ConsumerRecord): Lineage {
  const id = headerText(record.headers, 'ce_id');
  if (id === undefined) return { root: place(record), branch: '' };
  const subject = headerText(record.headers, 'ce_subject');
  if (subject === undefined || !id.startsWith(`${subject}/`)) return { root: id, branch: '' };
  const [, ...branch] = id.slice(subject.length + 1).split('/');
  return { root: subject, branch: branch.join('/') };
}

function place({ topic, partition, offset }: ConsumerRecord): string {
  return `${topic}-${partition}-${offset}`;
}
