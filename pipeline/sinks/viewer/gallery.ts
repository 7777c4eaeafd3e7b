import type { Clock } from '../../ports/clock.ts';
import type { SinkRecord } from '../../ports/sink.ts';
import { pictureOf, type Picture } from './picture.ts';
import { SourceView, type SourceState } from './source-view.ts';

/** More sources than this at once, and the one that was silent longest is forgotten. */
const MAX_SOURCES = 64;

/** Someone who is handed each new picture; must return at once. */
export type Watcher = (picture: Picture) => void;

/** Holds the latest picture of each source and hands new ones to all who watch. */
export class Gallery {
  readonly #clock: Clock;
  readonly #topic: string;
  readonly #views = new Map<string, SourceView>();
  readonly #watchers = new Set<Watcher>();
  #frames = 0;
  /** What came last instead of a picture; null as long as pictures come. */
  #notPicture: string | null = null;

  constructor(topic: string, clock: Clock) {
    this.#topic = topic;
    this.#clock = clock;
  }

  add(record: SinkRecord): void {
    const picture = pictureOf(record);
    if (!picture) {
      this.#notPicture = String(record.headers['content-type'] ?? 'records without content-type');
      return;
    }
    this.#notPicture = null;
    this.#frames++;
    this.#keep(picture);
    for (const watch of this.#watchers) watch(picture);
  }

  /** The latest picture of a source, or of the first one where none is named. */
  latest(sourceId: string | null): Picture | null {
    const [first] = this.sourceIds();
    const wanted = sourceId ?? first;
    return wanted === undefined ? null : (this.#views.get(wanted)?.latest ?? null);
  }

  /** In alphabetical order, so that the page does not jump. */
  sourceIds(): readonly string[] {
    return [...this.#views.keys()].sort();
  }

  /** Calls `watcher` for each picture from now on; returns what ends that. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  get frames(): number {
    return this.#frames;
  }

  /** Why there is nothing to see although records come, with the mend; else null. */
  get problem(): string | null {
    if (this.#notPicture === null) return null;
    return `${this.#topic} holds ${this.#notPicture}, which no browser shows; tap a topic with encoded pictures`;
  }

  states(): readonly SourceState[] {
    const nowMs = this.#clock.nowMs();
    return this.sourceIds().flatMap((id) => this.#views.get(id)?.state(nowMs) ?? []);
  }

  #keep(picture: Picture): void {
    const { sourceId } = picture;
    const nowMs = this.#clock.nowMs();
    const known = this.#views.get(sourceId);
    known?.add(picture, nowMs);
    this.#views.delete(sourceId); // to the end of the map: the first one in it is the one silent longest
    this.#views.set(sourceId, known ?? new SourceView(picture, nowMs));
    const [silent] = this.#views.keys();
    if (this.#views.size > MAX_SOURCES && silent !== undefined) this.#views.delete(silent);
  }
}
