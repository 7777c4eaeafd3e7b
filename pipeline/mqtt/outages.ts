import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { deepestReason } from '../web/within-time.ts';

/** A connection that ends sooner has not been of use; so many in a row are no accident. */
const BRIEF_MS = 5000;
const BRIEF_ENDS = 2;

interface OutagesParts {
  /** `source "readings"`. */
  readonly who: string;
  /** Address of the MQTT broker, as it may be shown. */
  readonly url: string;
  readonly clientId: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Says once that an MQTT broker is away, refuses, or ends each connection at once, and once that it is back. */
export class Outages {
  readonly #parts: OutagesParts;
  #reason: string | null = null;
  #refused = false;
  #connectedAtMs: number | null = null;
  #briefEnds = 0;
  #told: string | null = null;

  constructor(parts: OutagesParts) {
    this.#parts = parts;
  }

  connected(): void {
    const { who, url, clock } = this.#parts;
    this.#connectedAtMs = clock.nowMs();
    this.#reason = null;
    if (this.#told === null || this.#told === 'brief') return;
    this.#told = null;
    this.#warn(`${who} is connected to the MQTT broker at ${url} again`);
  }

  failed(error: Error): void {
    this.#reason = deepestReason(error);
    this.#refused = error.message.startsWith('Connection refused:');
  }

  ended(): void {
    const { who, url, clientId, clock } = this.#parts;
    const isBrief = this.#connectedAtMs !== null && clock.nowMs() - this.#connectedAtMs < BRIEF_MS;
    if (this.#connectedAtMs !== null) this.#briefEnds = isBrief ? this.#briefEnds + 1 : 0;
    const reason = this.#reason ?? 'the connection has ended';
    const kind = isBrief && this.#briefEnds >= BRIEF_ENDS ? 'brief' : this.#refused ? 'refused' : 'away';
    this.#connectedAtMs = null;
    this.#refused = false;
    if (this.#told === kind) return;
    this.#told = kind;
    const sentences = {
      brief: `the MQTT broker at ${url} ends connections of ${who} soon after they began (${reason}); it connects again: let nobody else use the clientId "${clientId}", and look at the log of the MQTT broker`,
      refused: `the MQTT broker at ${url} does not let ${who} in (${reason}); it is asked again every second: correct username and password`,
      away: `${who} has no connection to the MQTT broker at ${url} (${reason}); it tries again every second: start the MQTT broker, or correct url`,
    };
    this.#warn(sentences[kind]);
  }

  #warn(sentence: string): void {
    const { log, url } = this.#parts;
    log.warn({ url }, sentence);
  }
}
