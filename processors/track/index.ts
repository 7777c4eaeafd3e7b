import { z } from 'zod';
import {
  defineProcessor,
  duration,
  frameOutput,
  readFrame,
  type DetectedObject,
  type Frame,
  type FrameMeta,
  type OutputRecord,
  type ProcessorContext,
  type Size,
} from '../../pipeline/index.ts';
import { placeOf, sceneStep, type ScenePlace } from '../scene/scene-place.ts';
import { advanceTracks, matchTracks, NO_TRACKS, type Sighting, type Track, type Tracks } from './tracks.ts';

const options = z.strictObject({
  minHits: z.int().positive().default(3).describe('On how many frames something must be seen to get a trackId.'),
  maxAge: duration('0ms', '10m').prefault('2s').describe('How long a track waits for what is not seen meanwhile.'),
  iou: z
    .number()
    .positive()
    .max(1)
    .default(0.2)
    .describe('Least overlap (intersection over union) of a box with where its track must be by now.'),
  labels: z.array(z.string().min(1)).nonempty().optional().describe('Tracks these labels only. Default: all.'),
});

type TrackOptions = z.output<typeof options>;

/** What is kept of a source. */
interface SourceTracks extends Tracks {
  readonly place: ScenePlace;
}

/**
 * Tells which objects of a frame are those of the frames before: by overlap with where each must be by now at constant
 * velocity. Tracks are kept by source in a store, so that numbers go on after a restart.
 */
export default defineProcessor({
  name: 'track',
  summary: 'Gives objects the same trackId through the frames of a source, with their age and velocity.',
  options,
  stores: { tracks: { type: 'keyValue' } },
  create: (settings) => ({ process: (record, context) => track(readFrame(record), context, settings) }),
});

function track(frame: Frame, context: ProcessorContext, settings: TrackOptions): OutputRecord {
  const { meta } = frame;
  const { objects } = meta;
  if (objects === undefined) return frameOutput(frame);
  const size = sizeOf(meta, objects);
  const isTracked = ({ label }: DetectedObject): boolean => settings.labels?.includes(label) ?? true;
  const sightings = objects.filter(isTracked).map((object) => sightingOf(object, size));
  const tracks = tracksOf(sightings, { meta, context, settings });
  const ofObjects = tracks[Symbol.iterator]();
  const tracked = objects.map((object) => {
    const found = isTracked(object) ? ofObjects.next().value : undefined;
    return found === undefined ? object : withTrack(object, found, { size, meta });
  });
  return frameOutput({ ...frame, meta: { ...meta, objects: tracked } });
}

interface Tracking {
  readonly meta: FrameMeta;
  readonly context: ProcessorContext;
  readonly settings: TrackOptions;
}

/** The track of each sighting. A frame that comes again finds the tracks as they are, and changes none. */
function tracksOf(
  sightings: readonly Sighting[],
  { meta, context, settings: { minHits, maxAge, iou } }: Tracking,
): readonly (Track | undefined)[] {
  const store = context.store('tracks');
  const { sourceId } = meta.frame;
  const known = store.get(sourceId) as SourceTracks | undefined;
  const place = placeOf(meta);
  const step = sceneStep(known?.place, place);
  const settings = { minHits, iou, maxAgeUs: maxAge * 1000 };
  const seen = { sightings, timeUs: place.timeUs, settings };
  if (step.kind === 'repeat' && known) {
    const matches = matchTracks(known, seen);
    return sightings.map((_, index) => matches.get(index));
  }
  const before = step.kind === 'cut' ? { ...NO_TRACKS, ...(known && { nextId: known.nextId }) } : (known ?? NO_TRACKS);
  const { after, ofSighting } = advanceTracks(before, seen);
  store.put(sourceId, { ...after, place } satisfies SourceTracks);
  return ofSighting;
}

function sightingOf({ label, bbox: [x, y, width, height] }: DetectedObject, size: Size): Sighting {
  return { label, box: [x / size.width, y / size.height, width / size.width, height / size.height] };
}

function withTrack(
  object: DetectedObject,
  { id, firstUs, velocity }: Track,
  { size, meta }: { readonly size: Size; readonly meta: FrameMeta },
): DetectedObject {
  if (id === null) return { ...object, trackId: null };
  const ageMs = Math.max(0, Math.round((placeOf(meta).timeUs - firstUs) / 1000));
  const [x, y] = velocity;
  return {
    ...object,
    trackId: String(id),
    track: { ageMs, velocity: [tenths(x * size.width), tenths(y * size.height)] },
  };
}

/** Boxes of a frame without a size are as large as it must be at least. */
function sizeOf({ frame }: FrameMeta, objects: readonly DetectedObject[]): Size {
  const right = Math.max(1, ...objects.map(({ bbox }) => bbox[0] + bbox[2]));
  const bottom = Math.max(1, ...objects.map(({ bbox }) => bbox[1] + bbox[3]));
  return { width: frame.width ?? right, height: frame.height ?? bottom };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
