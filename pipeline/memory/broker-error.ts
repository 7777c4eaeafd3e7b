/** Codes after which asking again is of no use. */
const FINAL = new Set([
  'INVALID_PRODUCER_EPOCH',
  'INVALID_RECORD',
  'INVALID_REQUEST',
  'INVALID_TIMESTAMP',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
]);

/** What a broker answers in place of a result, by Kafka's name of it. */
export class BrokerError extends Error {
  /** Kafka's name: `NOT_LEADER_FOR_PARTITION`. */
  readonly type: string;
  readonly retriable: boolean;

  constructor(type: string) {
    super(`the broker answers ${type}`);
    this.name = new.target.name;
    this.type = type;
    this.retriable = !FINAL.has(type) && !type.endsWith('AUTHORIZATION_FAILED');
  }
}
