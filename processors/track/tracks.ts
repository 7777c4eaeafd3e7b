import { overlapOf, type Bbox } from '../../pipeline/index.ts';

/** A box in shares of the picture, so that it holds when the size of the frames changes: x, y, width, height. */
export type Box = Bbox;

/** Something seen on several frames. */
export interface Track {
  /** Null until it was seen often enough to be believed. */
  readonly id: number | null;
  readonly label: string;
  readonly box: Box;
  /** Shares of the picture a second. */
  readonly velocity: readonly [x: number, y: number];
  readonly hits: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** All tracks of a source. */
export interface Tracks {
  readonly nextId: number;
  readonly tracks: readonly Track[];
}

export interface Sighting {
  readonly label: string;
  readonly box: Box;
}

export interface TrackSettings {
  /** Overlap from which on a box may be a track's. */
  readonly iou: number;
  readonly minHits: number;
  readonly maxAgeUs: number;
}

export const NO_TRACKS: Tracks = { nextId: 1, tracks: [] };

/** How much of what was not foreseen goes into velocity, place and size; the second sighting tells the first velocity. */
const VELOCITY_GAIN = 0.3;
const PLACE_GAIN = 0.8;
const SIZE_GAIN = 0.5;
/** Tracks whose way is not known yet are looked for around their box: each side moves out by this share of it. */
const WIDER = 0.5;

/**
 * Which track each sighting at a time belongs to: those that are believed choose first, where they must be by now if they
 * went on as before, then all others, then wider around. Better overlaps go first.
 */
export function matchTracks(
  { tracks }: Tracks,
  { sightings, timeUs, settings }: { sightings: readonly Sighting[]; timeUs: number; settings: TrackSettings },
): ReadonlyMap<number, Track> {
  const found = new Map<number, Track>();
  const free = new Set(tracks);
  const round = (chosen: (track: Track) => boolean, widen: number): void => {
    const pairs = [...free].filter(chosen).flatMap((track) => {
      const expected = widened(boxAt(track, timeUs), widen);
      return sightings.flatMap(({ label, box }, index) => {
        if (label !== track.label || found.has(index)) return [];
        const overlap = overlapOf(expected, widened(box, widen));
        return overlap >= settings.iou ? [{ track, index, overlap }] : [];
      });
    });
    for (const { track, index } of pairs.sort((a, b) => b.overlap - a.overlap)) {
      if (found.has(index) || !free.has(track)) continue;
      found.set(index, track);
      free.delete(track);
    }
  };
  round(({ id }) => id !== null, 0);
  round(() => true, 0);
  round(() => true, WIDER);
  return found;
}

/** The tracks after the sightings of a frame, and the track of each sighting. */
export function advanceTracks(
  before: Tracks,
  seen: { sightings: readonly Sighting[]; timeUs: number; settings: TrackSettings },
): { readonly after: Tracks; readonly ofSighting: readonly Track[] } {
  const { sightings, timeUs, settings } = seen;
  const matches = matchTracks(before, seen);
  let { nextId } = before;
  const ofSighting = sightings.map((sighting, index): Track => {
    const known = matches.get(index);
    const track = known ? continued(known, sighting.box, timeUs) : begun(sighting, timeUs);
    return track.id === null && track.hits >= settings.minHits ? { ...track, id: nextId++ } : track;
  });
  const matched = new Set(matches.values());
  const missed = before.tracks.filter(
    (track) => !matched.has(track) && timeUs - track.lastUs <= ageOf(track, settings),
  );
  return { after: { nextId, tracks: [...missed, ...ofSighting] }, ofSighting };
}

/** One that is not believed yet is forgotten sooner. */
function ageOf({ id }: Track, { maxAgeUs }: TrackSettings): number {
  return id === null ? maxAgeUs / 2 : maxAgeUs;
}

function begun({ label, box }: Sighting, timeUs: number): Track {
  return { id: null, label, box, velocity: [0, 0], hits: 1, firstUs: timeUs, lastUs: timeUs };
}

function continued(track: Track, [x, y, width, height]: Box, timeUs: number): Track {
  const seconds = Math.max(1e-3, (timeUs - track.lastUs) / 1e6);
  const [expectedX, expectedY, oldWidth, oldHeight] = boxAt(track, timeUs);
  const offX = x + width / 2 - (expectedX + oldWidth / 2);
  const offY = y + height / 2 - (expectedY + oldHeight / 2);
  const gain = track.hits === 1 ? 1 : VELOCITY_GAIN;
  const newWidth = oldWidth + SIZE_GAIN * (width - oldWidth);
  const newHeight = oldHeight + SIZE_GAIN * (height - oldHeight);
  const left = expectedX + (oldWidth - newWidth) / 2 + PLACE_GAIN * offX;
  const top = expectedY + (oldHeight - newHeight) / 2 + PLACE_GAIN * offY;
  return {
    ...track,
    box: [left, top, newWidth, newHeight],
    velocity: [track.velocity[0] + (gain * offX) / seconds, track.velocity[1] + (gain * offY) / seconds],
    hits: track.hits + 1,
    lastUs: timeUs,
  };
}

/** Where the box is at a time if it goes on as it did. */
function boxAt({ box: [x, y, width, height], velocity, lastUs }: Track, timeUs: number): Box {
  const seconds = (timeUs - lastUs) / 1e6;
  return [x + velocity[0] * seconds, y + velocity[1] * seconds, width, height];
}

function widened([x, y, width, height]: Box, by: number): Box {
  return [x - by * width, y - by * height, width * (1 + 2 * by), height * (1 + 2 * by)];
}
