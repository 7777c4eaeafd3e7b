import {
  defineProcessor,
  readFrame,
  type ConsumerRecord,
  type DetectedObject,
  type Frame,
  type FrameMeta,
  type OutputRecord,
  type ProcessorContext,
} from '../../pipeline/index.ts';
import { loadSharp, type Sharp } from '../picture/sharp.ts';
import { isInside as isInArea, type Zones } from '../scene/area.ts';
import { placeOf, sceneStep, type ScenePlace } from '../scene/scene-place.ts';
import { alertRecord, pictureRecord } from './alert-record.ts';
import { KeptPictures, PICTURE_STORE, type KeptPicture, type PictureStore } from './kept-pictures.ts';
import { options, type Rule, type RulesOptions } from './options.ts';
import {
  breakOff,
  NOTHING_SEEN,
  watchOn,
  type AlertEvent,
  type Sighting,
  type Watch,
  type WatchSettings,
} from './rule-watch.ts';
import { duringSchedule, type IsDuring } from './schedule.ts';

/** A rule, ready to look at frames. */
interface Watcher {
  readonly rule: Rule;
  readonly settings: WatchSettings;
  readonly isDuring: IsDuring;
  readonly labels: readonly string[] | null;
}

/** What is kept of a source. */
interface SourceWatch {
  readonly place: ScenePlace;
  readonly watches: Readonly<Record<string, Watch>>;
}

/**
 * Tells when objects do what a rule says, once: an alert starts, is told again while it lasts, and ends. All durations
 * are those between frames, by the time they were captured at or by their place in a film, so that what is told does not
 * depend on when they are processed. An alert of a source that falls silent ends with its next frame.
 */
export default defineProcessor({
  name: 'rules',
  summary: 'Alerts by rules: which label, with which score, in which zone, for how long, at which hours.',
  options,
  outputs: ['pictures'],
  needs: ({ pictures }) => (isApart(pictures) ? ['pictures'] : []),
  produces: 'records',
  stores: ({ pictures }) => ({ sources: { type: 'keyValue' }, ...(pictures !== false && { pictures: PICTURE_STORE }) }),
  async create(settings) {
    const watchers = Object.entries(settings.rules).map(([name, rule]) => watcherOf(name, rule, settings.timeZone));
    const { pictures, zones } = settings;
    const sharp = pictures === false ? null : await loadSharp();
    return { process: (record, context) => apply(record, context, { watchers, sharp, zones, pictures }) };
  },
});

interface Rules {
  readonly watchers: readonly Watcher[];
  /** Null where no pictures are asked for. */
  readonly sharp: Sharp | null;
  readonly zones: RulesOptions['zones'];
  readonly pictures: RulesOptions['pictures'];
}

function isApart(pictures: RulesOptions['pictures']): boolean {
  return pictures === true || pictures === 'both';
}

function isInside(pictures: RulesOptions['pictures']): boolean {
  return pictures === 'inside' || pictures === 'both';
}

async function apply(
  record: ConsumerRecord,
  context: ProcessorContext,
  { watchers, sharp, zones, pictures: wanted }: Rules,
): Promise<readonly OutputRecord[]> {
  const frame = readFrame(record);
  const { meta } = frame;
  const sources = context.store('sources');
  const known = sources.get(meta.frame.sourceId) as SourceWatch | undefined;
  const place = placeOf(meta);
  const step = sceneStep(known?.place, place);
  if (meta.objects === undefined || step.kind === 'repeat') return [];
  const pictures = sharp && new KeptPictures(context.store<PictureStore>('pictures'), sharp);
  const outputs: OutputRecord[] = [];
  const watches: Record<string, Watch> = {};
  for (const watcher of watchers) {
    const { name } = watcher.settings;
    const { after, events } = turnOf(watcher, {
      meta,
      zones,
      before: known?.watches[name],
      isCut: step.kind === 'cut',
    });
    watches[name] = after;
    const told = { rule: name, zone: watcher.rule.zone, meta };
    const best = pictures && (await bestPictures({ after, events, name, pictures }, frame, record));
    const inside = isInside(wanted) ? best : null;
    outputs.push(...events.map((event) => alertRecord(event, { ...told, picture: inside?.get(event) })));
    if (isApart(wanted)) outputs.push(...events.flatMap((event) => pictureOf(event, best?.get(event))));
  }
  sources.put(meta.frame.sourceId, { place, watches } satisfies SourceWatch);
  return outputs;
}

interface Turn {
  readonly meta: FrameMeta;
  readonly zones: RulesOptions['zones'];
  readonly before: Watch | undefined;
  readonly isCut: boolean;
}

/** What a rule makes of a frame. */
function turnOf(
  { rule, settings, isDuring, labels }: Watcher,
  { meta, zones, before = NOTHING_SEEN, isCut }: Turn,
): { readonly after: Watch; readonly events: readonly AlertEvent[] } {
  const { id: frameId, captureTimeUs } = meta.frame;
  const broken = isCut ? breakOff(before) : { after: before, event: null };
  const found = isDuring(captureTimeUs / 1000) ? (meta.objects ?? []) : [];
  const sightings = found
    .filter(({ label, score }) => (labels?.includes(label) ?? true) && score >= rule.minScore)
    .filter((object) => rule.zone === undefined || isInZone(object, rule.zone, { meta, zones }))
    .map(({ label, score, trackId, bbox }): Sighting => ({ label, score, trackId, bbox }));
  const moment = { frameId, timeUs: placeOf(meta).timeUs, captureTimeUs };
  const { after, event } = watchOn(broken.after, { sightings, moment }, settings);
  return { after, events: [broken.event, event].filter((one) => one !== null) };
}

/** By the middle of the lower side of the box: where it stands. */
function isInZone(
  { bbox: [x, y, width, height], zones: ofObject }: DetectedObject,
  zone: string,
  { meta: { frame }, zones }: { readonly meta: FrameMeta; readonly zones: Zones | undefined },
): boolean {
  const area = zones?.[zone];
  if (area === undefined) return ofObject.includes(zone);
  if (frame.width === undefined || frame.height === undefined) return false;
  const inside = (share: number): number => Math.min(0.999_999, Math.max(0, share));
  return isInArea(area, [inside((x + width / 2) / frame.width), inside((y + height) / frame.height)]);
}

interface PictureTurn {
  readonly after: Watch;
  readonly events: readonly AlertEvent[];
  readonly name: string;
  readonly pictures: KeptPictures;
}

/** Keeps the frame where it is the best one so far; the best one of each alert that is told. */
async function bestPictures(
  { after, events, name, pictures }: PictureTurn,
  frame: Frame,
  record: ConsumerRecord,
): Promise<ReadonlyMap<AlertEvent, KeptPicture>> {
  const { id, sourceId } = frame.meta.frame;
  const key = `${sourceId}/${name}`;
  const found = new Map<AlertEvent, KeptPicture>();
  const find = (event: AlertEvent): void => {
    const picture = pictures.get(key);
    if (picture) found.set(event, picture);
  };
  for (const event of events.filter(({ state }) => state === 'end')) {
    find(event);
    pictures.forget(key);
  }
  if (after.best === null) pictures.forget(key);
  if (after.best?.moment.frameId === id) await pictures.keep(key, frame, record);
  for (const event of events.filter(({ state }) => state !== 'end')) find(event);
  return found;
}

/** The picture of an alert as a record of its own: when it starts, and when it ends with a better one. */
function pictureOf({ state, alert, best }: AlertEvent, picture: KeptPicture | undefined): readonly OutputRecord[] {
  const isNew = state === 'start' || (state === 'end' && best.moment.timeUs > alert.startedUs);
  return picture && isNew ? [pictureRecord(alert.id, picture)] : [];
}

function watcherOf(name: string, rule: Rule, timeZone: string): Watcher {
  return {
    rule,
    settings: {
      name,
      forUs: rule.for * 1000,
      patienceUs: rule.patience * 1000,
      coolDownUs: rule.coolDown * 1000,
      updateUs: rule.update * 1000,
    },
    isDuring: rule.schedule ? duringSchedule(rule.schedule, timeZone) : () => true,
    labels: rule.label === undefined ? null : [rule.label].flat(),
  };
}
