const TICK_MS = 500;

export interface LivenessLimits {
  /** A broker that answers nothing for so long counts as away. */
  readonly awayAfterMs: number;
  /** A member without a heartbeat for so long, though brokers answer, is stuck. */
  readonly stuckAfterMs: number;
}

export interface LivenessEvents {
  onAway(away: boolean): void;
  onStuck(): void;
}

/**
 * Watches that the broker answers and that the member beats. It counts its own ticks, not the clock, so that work that
 * blocks this process for long is not taken for a silent broker.
 */
export class Liveness {
  readonly #limits: LivenessLimits;
  readonly #events: LivenessEvents;
  #timer: NodeJS.Timeout | null = null;
  #sinceAnswerMs = 0;
  #sinceHeartbeatMs = 0;
  #away = false;
  #joining = false;

  constructor(limits: LivenessLimits, events: LivenessEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** A broker has answered a request. */
  answered(): void {
    this.#sinceAnswerMs = 0;
    this.#setAway(false);
  }

  beaten(): void {
    this.#sinceHeartbeatMs = 0;
  }

  /** While a group is joined, the broker answers nothing until all members are there. */
  joining(joining: boolean): void {
    this.#joining = joining;
    this.#sinceAnswerMs = 0;
    this.#sinceHeartbeatMs = 0;
  }

  /** Called every half second; public for tests, which own time. */
  tick(): void {
    if (this.#joining) return;
    this.#sinceAnswerMs += TICK_MS;
    if (this.#sinceAnswerMs >= this.#limits.awayAfterMs) this.#setAway(true);
    if (this.#away) return;
    this.#sinceHeartbeatMs += TICK_MS;
    if (this.#sinceHeartbeatMs < this.#limits.stuckAfterMs) return;
    this.#sinceHeartbeatMs = 0;
    this.#events.onStuck();
  }

  #setAway(away: boolean): void {
    if (this.#away === away) return;
    this.#away = away;
    this.#events.onAway(away);
  }
}
