import type { GroupOffset } from '../ports/admin.ts';
import { BrokerError } from './broker-error.ts';
import type { Group } from './group.ts';
import type { PartitionLog, SizedRecord, TransactionFate } from './partition-log.ts';

/** Who writes under a transactional id: a later epoch fences the ones before. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly epoch: number;
}

/** A transaction under way. */
class Transaction implements TransactionFate {
  state: TransactionFate['state'] = 'open';
  readonly #logs = new Set<PartitionLog>();
  readonly #progress: { readonly group: Group; readonly offsets: readonly GroupOffset[] }[] = [];

  append(log: PartitionLog, records: readonly SizedRecord[]): bigint {
    this.#logs.add(log);
    return log.append(records, this);
  }

  addOffsets(group: Group, offsets: readonly GroupOffset[]): void {
    this.#progress.push({ group, offsets });
  }

  end(commit: boolean): void {
    this.state = commit ? 'committed' : 'aborted';
    if (commit) for (const { group, offsets } of this.#progress) group.accept(offsets);
    for (const log of this.#logs) log.mark(this);
  }
}

interface Owner {
  epoch: number;
  open: Transaction | null;
}

/** The transaction coordinator: one open transaction for each transactional id. */
export class Transactions {
  readonly #owners = new Map<string, Owner>();

  /** Takes an id over: what its former owner left open is rolled back. */
  begin(transactionalId: string): ProducerIdentity {
    const owner = this.#owners.get(transactionalId) ?? { epoch: -1, open: null };
    this.#owners.set(transactionalId, owner);
    owner.open?.end(false);
    owner.open = null;
    owner.epoch++;
    return { transactionalId, epoch: owner.epoch };
  }

  /** Adds records to the transaction. Offset of the first one. @throws BrokerError where another one has taken over. */
  append(identity: ProducerIdentity, log: PartitionLog, records: readonly SizedRecord[]): bigint {
    return this.#openOf(identity).append(log, records);
  }

  /** Adds what a group has read. @throws BrokerError where another one has taken over. */
  addOffsets(identity: ProducerIdentity, group: Group, offsets: readonly GroupOffset[]): void {
    this.#openOf(identity).addOffsets(group, offsets);
  }

  /** @throws BrokerError where another one has taken over. */
  end(identity: ProducerIdentity, commit: boolean): void {
    const owner = this.#ownerOf(identity);
    owner.open?.end(commit);
    owner.open = null;
  }

  #openOf(identity: ProducerIdentity): Transaction {
    const owner = this.#ownerOf(identity);
    owner.open ??= new Transaction();
    return owner.open;
  }

  #ownerOf({ transactionalId, epoch }: ProducerIdentity): Owner {
    const owner = this.#owners.get(transactionalId);
    if (owner?.epoch !== epoch) throw new BrokerError('INVALID_PRODUCER_EPOCH');
    return owner;
  }
}
