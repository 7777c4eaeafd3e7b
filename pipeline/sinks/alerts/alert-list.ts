import type { Changes } from '../../web/event-stream.ts';
import type { AlertPicture, ToldAlert } from './read-alert.ts';

/** All pictures together; of more, those of the oldest alerts go. */
const MOST_PICTURE_BYTES = 64 * 1024 * 1024;

interface Kept extends ToldAlert {
  /** Grows with every change of the list. */
  readonly version: number;
  /** Version with which the picture came. */
  readonly pictureVersion: number;
}

/** The latest alerts, as far as they were told. */
export class AlertList {
  readonly #most: number;
  readonly #alerts = new Map<string, Kept>();
  #version = 0;
  #pictureBytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#alerts.size;
  }

  /** How many have started and not ended. */
  get lasting(): number {
    return [...this.#alerts.values()].filter(isLasting).length;
  }

  /** Takes what a record tells. What came before it of the same alert, picture included, stays where it says nothing of it. */
  add(told: ToldAlert): void {
    const known = this.#alerts.get(told.id);
    if (known && known.toldMs > told.toldMs) return; // told again by a worker that died
    const version = ++this.#version;
    this.#pictureBytes += bytesOf(told.picture ?? known?.picture) - bytesOf(known?.picture);
    this.#alerts.set(told.id, {
      ...told,
      sinceMs: Math.min(told.sinceMs, known?.sinceMs ?? Infinity),
      picture: told.picture ?? known?.picture ?? null,
      pictureVersion: told.picture ? version : (known?.pictureVersion ?? 0),
      version,
    });
    this.#shrink();
  }

  picture(id: string): AlertPicture | null {
    return this.#alerts.get(id)?.picture ?? null;
  }

  /** For the page: alerts that were told after a version. */
  since(version: number): Changes {
    const changed = [...this.#alerts.values()].filter((alert) => alert.version > version);
    return { version: this.#version, data: { keep: this.#most, alerts: changed.map(shownAlert) } };
  }

  #shrink(): void {
    while (this.#alerts.size > this.#most) this.#forget(this.#oldest(() => true));
    while (this.#pictureBytes > MOST_PICTURE_BYTES) this.#dropPicture(this.#oldest(({ picture }) => picture !== null));
  }

  #oldest(isMeant: (alert: Kept) => boolean): Kept | undefined {
    let oldest: Kept | undefined;
    for (const alert of this.#alerts.values())
      if (isMeant(alert) && (!oldest || alert.sinceMs < oldest.sinceMs)) oldest = alert;
    return oldest;
  }

  #forget(alert: Kept | undefined): void {
    if (!alert) return;
    this.#pictureBytes -= bytesOf(alert.picture);
    this.#alerts.delete(alert.id);
  }

  #dropPicture(alert: Kept | undefined): void {
    if (!alert) return;
    this.#pictureBytes -= bytesOf(alert.picture);
    this.#alerts.set(alert.id, { ...alert, picture: null, version: ++this.#version });
  }
}

function isLasting({ state }: Pick<ToldAlert, 'state'>): boolean {
  return state === 'start' || state === 'update';
}

function bytesOf(picture: AlertPicture | null | undefined): number {
  return picture?.bytes.length ?? 0;
}

function shownAlert({ picture, pictureVersion, ...alert }: Kept): object {
  const address = `picture?id=${encodeURIComponent(alert.id)}&v=${pictureVersion}`;
  return { ...alert, isLasting: isLasting(alert), picture: picture ? address : null };
}
