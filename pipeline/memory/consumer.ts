import { Epoch } from '../kafka/epoch.ts';
import { refusal, unknownTopic } from '../kafka/refusal.ts';
import type { Consumer, ConsumerOptions } from '../ports/consumer.ts';
import { AssignmentRun } from './assignment-run.ts';
import type { MemoryClient } from './client.ts';
import type { Group, Joined } from './group.ts';

/** A member of a consumer group in memory. */
export class MemoryConsumer implements Consumer {
  readonly done: Promise<void>;
  readonly #client: MemoryClient;
  readonly #options: ConsumerOptions;
  readonly #memberId: string;
  readonly #ready: Promise<void>;
  #resolveReady!: () => void;
  #finish!: { resolve(): void; reject(error: unknown): void };
  readonly #stopping = new AbortController();
  #run: AssignmentRun | null = null;
  #epochs = 0;
  #begun = false;
  #started = false;

  constructor(client: MemoryClient, options: ConsumerOptions) {
    this.#client = client;
    this.#options = options;
    this.#memberId = client.nextMemberId();
    this.#ready = new Promise((resolve) => (this.#resolveReady = resolve));
    this.done = new Promise((resolve, reject) => (this.#finish = { resolve, reject }));
    this.done.catch(() => undefined); // whoever cares awaits it; nobody has to
  }

  async start(): Promise<void> {
    if (!this.#started && !this.#isStopping()) {
      this.#started = true;
      this.#client.onCrash(() => this.#die());
      this.#live().then(
        () => this.#finish.resolve(),
        (error: unknown) => this.#finish.reject(error),
      );
    }
    await Promise.race([this.#ready, this.done]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (!this.#started) this.#finish.resolve();
    if (this.#run) this.#run.revoke();
    else this.#group.leave(this.#memberId);
    await this.done.catch(() => undefined); // a failure is told by `done`
  }

  get #group(): Group {
    return this.#client.broker.group(this.#options.groupId);
  }

  async #live(): Promise<void> {
    try {
      while (!this.#isStopping()) {
        const joined = await this.#join();
        if (joined && this.#isCurrent(joined)) await this.#work(joined);
      }
    } finally {
      this.#group.leave(this.#memberId);
    }
  }

  async #join(): Promise<Joined | null> {
    const { topics } = this.#options;
    const { broker, clientId } = this.#client;
    this.#client.begin();
    try {
      const check = (): void => {
        if (!topics.every((topic) => broker.topics.has(topic))) throw unknownTopic(topics);
      };
      await this.#client.asking({ api: 'metadata' }, check, this.#stopping.signal);
      if (this.#isStopping()) return null;
      const onRebalance = (): void => this.#run?.revoke();
      return await this.#group.join({ memberId: this.#memberId, clientId, topics, onRebalance });
    } catch (error) {
      throw refusal(error, topics);
    } finally {
      this.#client.end();
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Somebody may have come or gone since the group answered. */
  #isCurrent({ generation }: Joined): boolean {
    try {
      this.#group.heartbeat(this.#memberId, generation);
      return !this.#isStopping();
    } catch {
      return false; // then it joins again
    }
  }

  async #work({ generation, partitions }: Joined): Promise<void> {
    const epoch = new Epoch(++this.#epochs, this.#memberId, partitions);
    const run = new AssignmentRun({
      client: this.#client,
      group: this.#group,
      generation,
      epoch,
      options: this.#options,
      isFirst: !this.#begun,
    });
    this.#run = run;
    try {
      this.#options.onAssigned?.({ epoch: epoch.number, memberId: this.#memberId, partitions });
      await run.begin();
      if (!epoch.signal.aborted) {
        this.#begun = true;
        this.#resolveReady();
      }
      await run.ended;
    } finally {
      this.#run = null;
      epoch.end();
    }
  }

  /** What becomes of it is nobody's concern any more: its process is dead. */
  #die(): void {
    this.#run?.abandon();
    this.#group.leave(this.#memberId);
  }
}
