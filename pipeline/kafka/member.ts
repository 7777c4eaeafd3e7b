import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Consumer as KafkajsConsumer, EachBatchPayload } from 'kafkajs';
import type { ConsumerOptions, TopicPartition } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import { Assignment } from './assignment.ts';
import { BatchRun } from './batch-run.ts';
import { RIDE_OUT, createClient, type ClientConnection, type LogLine } from './client.ts';
import { Epoch, SESSION_TIMEOUT_MS, partitionName } from './epoch.ts';
import { reactionTo } from './failure.ts';
import { HeartbeatTimer } from './heartbeat-timer.ts';
import type { Liveness } from './liveness.ts';
import { copartitionAssigner } from './partition-assigner.ts';
import { refusal } from './refusal.ts';
import { removeMember } from './remove-member.ts';
import type { Start } from './start-offsets.ts';
import { subscribe } from './subscribe.ts';

export const REBALANCE_TIMEOUT_MS = 60_000;
const HEARTBEAT_MS = 500;
const KEEPS_ALIVE: ReadonlySet<string> = new Set(['Heartbeat', 'SyncGroup']);
const LEAVE_DEADLINE_MS = 5_000;
const REVOKED_IN_VAIN_MS = 2_000;
/** A fetch takes the shares of several partitions. */
const PARTITIONS_PER_FETCH = 2;

export interface MemberParts {
  readonly connection: ClientConnection;
  readonly options: ConsumerOptions;
  readonly log: Logger;
  readonly liveness: Liveness;
  readonly startOf: (partition: TopicPartition) => Start;
  readonly nextEpoch: () => number;
  /** Member id of the life before, which may still be in the group: a join would wait for its session to time out. */
  readonly formerMemberId: string | null;
  /** The group has given partitions, and it is known where each begins. */
  readonly onReady: () => void;
}

/** One life of a kafkajs consumer, from joining the group to leaving it or to a crash, after which a new one is made. */
export class GroupMember {
  readonly #parts: MemberParts;
  readonly #consumer: KafkajsConsumer;
  readonly #heartbeats: HeartbeatTimer;
  readonly #turns = new Map<string, Promise<void>>();
  readonly #ended: Promise<'left' | 'crashed'>;
  #end!: { resolve(ending: 'left' | 'crashed'): void; reject(error: unknown): void };
  #cluster!: Cluster;
  #assignment: Assignment | null = null;
  /** When the last request that keeps the session alive was sent, of those that were answered. */
  #keptAliveMs = 0;
  #leaving: Promise<void> | null = null;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.#ended = new Promise((resolve, reject) => (this.#end = { resolve, reject }));
    this.#heartbeats = new HeartbeatTimer(HEARTBEAT_MS);
    this.#consumer = this.#createConsumer();
    this.#listen();
  }

  /**
   * Joins and consumes; resolves when the member has left or kafkajs has given up.
   * @throws what a handler threw, or FatalError, UserError where the broker refuses this consumer for good.
   */
  async run(): Promise<'left' | 'crashed'> {
    this.#join().catch((error: unknown) => this.#crashed(error));
    return this.#ended;
  }

  /** The id the group knows this member by; null before it has joined. */
  get memberId(): string | null {
    return this.#assignment?.epoch.memberId ?? null;
  }

  /** Lets handlers end, then leaves the group. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  /** Gives this life up, as if kafkajs had crashed. */
  abandon(): void {
    this.#assignment?.epoch.end();
    this.#end.resolve('crashed');
    void this.leave();
  }

  async #leave(): Promise<void> {
    this.#assignment?.epoch.revoke();
    await Promise.race([this.#assignment?.settled(), sleep(LEAVE_DEADLINE_MS, undefined, { ref: false })]);
    const disconnected = this.#consumer.disconnect().catch((error: unknown) => this.#note('leaving failed', error));
    await Promise.allSettled(this.#turns.values());
    // Without a broker, kafkajs would go on trying to reach one.
    await Promise.race([disconnected, sleep(LEAVE_DEADLINE_MS, undefined, { ref: false })]);
    this.#assignment?.epoch.end();
    this.#end.resolve('left');
  }

  #createConsumer(): KafkajsConsumer {
    const { connection, options, log } = this.#parts;
    const client = createClient(connection, { log, onLogLine: (line) => this.#watchForLoss(line) });
    return client.consumer({
      groupId: options.groupId,
      partitionAssigners: [
        (config) => {
          this.#cluster = config.cluster;
          return copartitionAssigner(config);
        },
      ],
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      maxBytesPerPartition: options.maxBytesPerPartition,
      maxBytes: options.maxBytesPerPartition * PARTITIONS_PER_FETCH,
      minBytes: options.minBytes,
      maxWaitTimeInMs: options.maxWaitMs,
      retry: { ...RIDE_OUT, restartOnFailure: async () => false },
    });
  }

  #listen(): void {
    const { events } = this.#consumer;
    const { liveness } = this.#parts;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#joined(payload.memberId, payload.memberAssignment));
    this.#consumer.on(events.CRASH, ({ payload }) => this.#crashed(payload.error));
    this.#consumer.on(events.REBALANCING, () => liveness.joining(true));
    this.#consumer.on(events.HEARTBEAT, ({ payload }) => this.#beaten(payload.groupGenerationId));
    this.#consumer.on(events.REQUEST, ({ payload }) => {
      liveness.answered();
      if (KEEPS_ALIVE.has(payload.apiName)) this.#keptAliveMs = payload.sentAt;
      // From here on kafkajs commits under the next generation, even before it tells of the join.
      if (payload.apiName === 'JoinGroup') this.#assignment?.epoch.end();
    });
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      // Batches of nothing but transaction markers never reach the handler.
      if (payload.batchSize > 0) return;
      this.#assignment?.stepOver(payload, BigInt(payload.lastOffset) + 1n).catch((error: unknown) => this.#fail(error));
    });
  }

  async #join(): Promise<void> {
    const { options, liveness } = this.#parts;
    await this.#consumer.connect();
    await subscribe(this.#consumer, options.topics);
    await this.#removeFormerMember();
    liveness.joining(true);
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.partitionsConcurrently,
      eachBatch: (payload) => this.#onBatch(payload),
    });
  }

  async #removeFormerMember(): Promise<void> {
    const { formerMemberId: memberId, options } = this.#parts;
    if (memberId === null) return;
    try {
      await removeMember(this.#cluster, { groupId: options.groupId, memberId });
    } catch (error) {
      this.#note('the former member could not be removed; its session will time out', error);
    }
  }

  #crashed(error: unknown): void {
    const named = refusal(error, this.#parts.options.topics);
    if (named === error || reactionTo(error) === 'refused') this.#fail(named);
    else {
      this.#note('kafkajs gave up', error);
      this.abandon();
    }
  }

  #joined(memberId: string, memberAssignment: Readonly<Record<string, readonly number[]>>): void {
    const { liveness, options, startOf, nextEpoch, onReady, log } = this.#parts;
    const partitions = Object.entries(memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    liveness.joining(false);
    this.#assignment?.epoch.end();
    const epoch = new Epoch(nextEpoch(), memberId, partitions);
    epoch.held(this.#keptAliveMs);
    if (this.#leaving) epoch.end();
    const assignment = (this.#assignment = new Assignment({
      epoch,
      cluster: this.#cluster,
      groupId: options.groupId,
      startOf,
      log,
      onLost: (loss) => options.onLost?.(loss),
    }));
    assignment.ready.then(
      () => {
        if (epoch.signal.aborted) return;
        for (const cursor of assignment.rewound) this.#seek(cursor, cursor.position);
        onReady();
      },
      (error: unknown) => this.#fail(refusal(error, options.topics)),
    );
    try {
      options.onAssigned?.({ epoch: epoch.number, memberId, partitions });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const assignment = this.#assignment;
    if (!assignment || assignment.epoch.signal.aborted || this.#leaving) {
      // kafkajs fetches again at once, until its heartbeat tells it to join again.
      await sleep(HEARTBEAT_MS / 10);
      return;
    }
    // Nothing thrown may leave this function: kafkajs would try again, crash, or end without a word.
    await this.#heartbeats
      .during(
        () => this.#beat(payload),
        () => this.#inTurn(payload.batch, () => this.#handle(payload, assignment)),
      )
      .catch((error: unknown) => this.#fail(error));
  }

  async #handle(payload: EachBatchPayload, assignment: Assignment): Promise<void> {
    const { epoch } = assignment;
    const cursor = await assignment.cursorOf(payload.batch);
    if (!cursor || epoch.signal.aborted) return;
    const run = new BatchRun({
      payload,
      epoch,
      cursor,
      assignment,
      seek: (offset) => this.#seek(payload.batch, offset),
      onFailure: (error) => this.#fail(error),
    });
    const batch = await run.open();
    if (!batch) return;
    await this.#parts.options.onBatch(batch, run);
    // Once all handlers have ended, kafkajs joins anew or leaves.
    if (run.signal.aborted) await run.settled();
  }

  #seek({ topic, partition }: TopicPartition, offset: bigint): void {
    this.#consumer.seek({ topic, partition, offset: String(offset) });
  }

  /** One handler at a time for each partition, also where kafkajs swaps the assignment under a running one. */
  async #inTurn(partition: TopicPartition, work: () => Promise<void>): Promise<void> {
    const name = partitionName(partition);
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined); // whoever awaits `turn` has the error
    this.#turns.set(name, settled);
    await turn.finally(() => {
      if (this.#turns.get(name) === settled) this.#turns.delete(name);
    });
  }

  /** Only its log tells when kafkajs meets an offset that retention has deleted; with nothing left, no batch follows. */
  #watchForLoss({ message, fields: { topic, partition } }: LogLine): void {
    const assignment = this.#assignment;
    if (!assignment || !message.startsWith('Offset out of range, resetting')) return;
    if (typeof topic !== 'string' || typeof partition !== 'number') return;
    const settle = async (): Promise<void> => {
      const cursor = await assignment.cursorOf({ topic, partition });
      if (cursor) await assignment.settleLoss(cursor);
    };
    this.#inTurn({ topic, partition }, settle).catch((error: unknown) => this.#fail(error));
  }

  /** A failure belongs to the epoch the heartbeat was sent in: the answer may come after the next one began. */
  async #beat(payload: EachBatchPayload): Promise<void> {
    const epoch = this.#assignment?.epoch;
    try {
      await payload.heartbeat();
    } catch (error) {
      if (reactionTo(error) === 'rebalance') epoch?.revoke();
      else this.#note('a heartbeat failed', error);
    }
  }

  #beaten(generation: number): void {
    this.#parts.liveness.beaten();
    const assignment = this.#assignment;
    assignment?.epoch.held(this.#keptAliveMs);
    if (!assignment || this.#leaving) return;
    void assignment.commitStarts(generation);
    // The group goes on with this member as it was, so kafkajs will not join again, and nothing would be handled.
    if (assignment.epoch.revokedForMs > REVOKED_IN_VAIN_MS) this.abandon();
  }

  #fail(error: unknown): void {
    this.#end.reject(error);
    void this.leave();
  }

  #note(what: string, error: unknown): void {
    this.#parts.log.debug({ group: this.#parts.options.groupId, error }, what);
  }
}
