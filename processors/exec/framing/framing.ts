import type { ConsumerRecord, OutputRecord } from '../../../pipeline/index.ts';

/** What a child says of a record, by the id the record was sent under. */
export type Answer =
  | { readonly id: number; readonly outputs: readonly OutputRecord[] }
  /** It could not process the record. */
  | { readonly id: number; readonly error: { readonly message: string; readonly retriable: boolean } }
  /** It is the answer of this record, but makes no sense. */
  | { readonly id: number; readonly fault: string };

/** The child can take records. */
export const READY = 'ready';

/** Cuts what a child writes into answers, wherever the pieces end. */
export interface AnswerReader {
  /** @throws NoAnswerError after which the child cannot be understood any more */
  push(piece: Buffer): readonly (Answer | typeof READY)[];
}

/** How records and answers are written on the pipes of a child. */
export interface Framing {
  readonly name: 'json' | 'bytes';
  request(id: number, record: ConsumerRecord): readonly Buffer[];
  createReader(): AnswerReader;
}

/** The child wrote something that is no answer of any record. */
export class NoAnswerError extends Error {}
