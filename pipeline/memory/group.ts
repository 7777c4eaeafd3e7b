import { assignPartitions } from '../kafka/assign-partitions.ts';
import { partitionName } from '../kafka/epoch.ts';
import type { GroupOffset } from '../ports/admin.ts';
import type { TopicPartition } from '../ports/consumer.ts';
import { BrokerError } from './broker-error.ts';

/** One who takes part in a group. */
export interface Member {
  readonly memberId: string;
  readonly clientId: string;
  readonly topics: readonly string[];
  /** The group is to be joined anew, once what is under way has ended. */
  readonly onRebalance: () => void;
}

/** What a member got by joining. */
export interface Joined {
  readonly generation: number;
  readonly partitions: readonly TopicPartition[];
}

interface Seat {
  readonly member: Member;
  /** Answers the join that waits for the others; null while the member works. */
  answer: ((joined: Joined | null) => void) | null;
}

/**
 * A consumer group, as Kafka's classic protocol has it: whenever somebody comes or goes, all members end what they do and
 * join again; when the last one has, a new generation begins. Until then commits of the old one are taken.
 */
export class Group {
  readonly groupId: string;
  readonly committed = new Map<string, GroupOffset>();
  readonly #seats = new Map<string, Seat>();
  readonly #partitionsOf: (topic: string) => readonly number[];
  #generation = 0;
  /** All are to join again, and some have not yet. */
  #preparing = false;

  constructor(groupId: string, partitionsOf: (topic: string) => readonly number[]) {
    this.groupId = groupId;
    this.#partitionsOf = partitionsOf;
  }

  get members(): readonly Member[] {
    return [...this.#seats.values()].map(({ member }) => member);
  }

  /** Resolves when all members have joined; with null for one that leaves first. */
  join(member: Member): Promise<Joined | null> {
    return new Promise((resolve) => {
      this.#seats.set(member.memberId, { member, answer: resolve });
      if (this.#preparing) this.#completeIfAllJoined();
      else this.rebalance();
    });
  }

  /** Takes a member out; one that is not there is fine. */
  leave(memberId: string): void {
    const seat = this.#seats.get(memberId);
    if (!seat) return;
    this.#seats.delete(memberId);
    seat.answer?.(null);
    this.rebalance();
  }

  /** The same, of a member that does not know of it: it joins again. */
  remove(memberId: string): void {
    const seat = this.#seats.get(memberId);
    this.leave(memberId);
    if (seat && !seat.answer) seat.member.onRebalance();
  }

  /** Makes all members join anew. */
  rebalance(): void {
    this.#preparing = this.#seats.size > 0;
    for (const { member, answer } of [...this.#seats.values()]) if (!answer) member.onRebalance();
    this.#completeIfAllJoined();
  }

  /** Whether nobody else can have what the member was given: it has not joined again, and was not taken out. */
  holds(memberId: string, generation: number): boolean {
    return this.#seats.has(memberId) && generation === this.#generation;
  }

  /** @throws BrokerError where the member is to join again. */
  heartbeat(memberId: string, generation: number): void {
    this.#throwIfStrange(memberId, generation);
    if (this.#preparing) throw new BrokerError('REBALANCE_IN_PROGRESS');
  }

  /** @throws BrokerError where these are no commits of the present generation. */
  commit(memberId: string, generation: number, offsets: readonly GroupOffset[]): void {
    this.#throwIfStrange(memberId, generation);
    this.accept(offsets);
  }

  /** Commits of no member: those of a transaction, or from outside. */
  accept(offsets: readonly GroupOffset[]): void {
    for (const offset of offsets) this.committed.set(partitionName(offset), offset);
  }

  /** A topic is gone, and what was committed for it. */
  forget(topic: string): void {
    for (const [name, offset] of this.committed) if (offset.topic === topic) this.committed.delete(name);
  }

  #throwIfStrange(memberId: string, generation: number): void {
    if (!this.#seats.has(memberId)) throw new BrokerError('UNKNOWN_MEMBER_ID');
    if (generation !== this.#generation) throw new BrokerError('ILLEGAL_GENERATION');
  }

  #completeIfAllJoined(): void {
    const seats = [...this.#seats.values()];
    if (!this.#preparing || seats.some(({ answer }) => answer === null)) return;
    this.#preparing = false;
    this.#generation++;
    const generation = this.#generation;
    const assigned = assignPartitions(this.members, this.#partitionsOf);
    for (const seat of seats) {
      const { answer, member } = seat;
      seat.answer = null;
      const partitions = Object.entries(assigned.get(member.memberId) ?? {}).flatMap(([topic, numbers]) =>
        numbers.map((partition) => ({ topic, partition })),
      );
      answer?.({ generation, partitions });
    }
  }
}
