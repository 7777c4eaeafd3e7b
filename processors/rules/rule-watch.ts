import type { Bbox } from '../../pipeline/index.ts';

/** An object a rule looks for, on one frame. */
export interface Sighting {
  readonly label: string;
  readonly score: number;
  readonly trackId: string | null;
  readonly bbox: Bbox;
}

/** A frame as rules see it. */
export interface Moment {
  readonly frameId: string;
  /** In the scene: all durations are measured by it. */
  readonly timeUs: number;
  readonly captureTimeUs: number;
}

/** The sighting with the highest score, and its frame. */
export interface Best extends Sighting {
  readonly moment: Moment;
}

export interface Alert {
  readonly id: string;
  /** When what it tells of was there first. */
  readonly since: Moment;
  /** When it was there last. */
  readonly last: Moment;
  readonly startedUs: number;
  readonly toldUs: number;
  readonly frames: number;
  readonly labels: readonly string[];
  readonly trackIds: readonly string[];
}

/** What a rule remembers of a source. */
export interface Watch {
  /** Who is there, by track; all who have none are one. */
  readonly present: Readonly<Record<string, { readonly since: Moment; readonly lastUs: number }>>;
  readonly best: Best | null;
  readonly alert: Alert | null;
  readonly quietUntilUs: number | null;
}

export interface WatchSettings {
  readonly name: string;
  readonly forUs: number;
  readonly patienceUs: number;
  readonly coolDownUs: number;
  readonly updateUs: number;
}

export interface AlertEvent {
  readonly state: 'start' | 'update' | 'end';
  readonly alert: Alert;
  readonly best: Best;
}

export const NOTHING_SEEN: Watch = { present: {}, best: null, alert: null, quietUntilUs: null };

/** A better score by less is not worth another picture. */
const CLEARLY_BETTER = 0.02;
/** Of an alert that lasts for days, the latest tracks are told. */
const MOST_TRACKS = 50;
/** Names of those without a track; no track has it. */
const UNTRACKED = '';

/** One frame further: what the rule remembers then, and what it has to tell. */
export function watchOn(
  before: Watch,
  { sightings, moment }: { readonly sightings: readonly Sighting[]; readonly moment: Moment },
  settings: WatchSettings,
): { readonly after: Watch; readonly event: AlertEvent | null } {
  const present = presentNow(before, { sightings, moment }, settings);
  const goesOn = before.alert !== null || Object.values(present).some(({ since }) => since !== moment);
  const best = bestOf(goesOn ? before.best : null, sightings, moment);
  const watch = { ...before, present, best };
  if (before.alert) return goOn(watch, before.alert, { sightings, moment, settings });
  const ripe = ripest(sightings, present);
  const isQuiet = before.quietUntilUs !== null && moment.timeUs < before.quietUntilUs;
  if (!ripe || !best || isQuiet || moment.timeUs - ripe.timeUs < settings.forUs) return { after: watch, event: null };
  const alert = withSightings(
    {
      id: `${moment.frameId}/${settings.name}`,
      since: ripe,
      last: moment,
      startedUs: moment.timeUs,
      toldUs: moment.timeUs,
      frames: 0,
      labels: [],
      trackIds: [],
    },
    sightings,
    moment,
  );
  return { after: { ...watch, alert, quietUntilUs: null }, event: { state: 'start', alert, best } };
}

/** Ends what is there because nothing of it goes on: the film began anew. */
export function breakOff({ alert, best }: Watch): { readonly after: Watch; readonly event: AlertEvent | null } {
  return { after: NOTHING_SEEN, event: alert && best ? { state: 'end', alert, best } : null };
}

interface Seen {
  readonly sightings: readonly Sighting[];
  readonly moment: Moment;
}

function goOn(
  watch: Watch,
  known: Alert,
  { sightings, moment, settings }: Seen & { readonly settings: WatchSettings },
): { readonly after: Watch; readonly event: AlertEvent | null } {
  const { best } = watch;
  if (!best) throw new Error('an alert of nothing seen; this is a bug, please report');
  if (sightings.length === 0) {
    if (moment.timeUs - known.last.timeUs <= settings.patienceUs) return { after: watch, event: null };
    const quietUntilUs = moment.timeUs + settings.coolDownUs;
    return { after: { ...NOTHING_SEEN, quietUntilUs }, event: { state: 'end', alert: known, best } };
  }
  const alert = withSightings(known, sightings, moment);
  if (moment.timeUs - known.toldUs < settings.updateUs) return { after: { ...watch, alert }, event: null };
  const told = { ...alert, toldUs: moment.timeUs };
  return { after: { ...watch, alert: told }, event: { state: 'update', alert: told, best } };
}

function presentNow({ present }: Watch, { sightings, moment }: Seen, { patienceUs }: WatchSettings): Watch['present'] {
  const still = Object.entries(present).filter(([, { lastUs }]) => moment.timeUs - lastUs <= patienceUs);
  const now = sightings.map(({ trackId }): [string, Watch['present'][string]] => {
    const name = trackId ?? UNTRACKED;
    const known = still.find(([one]) => one === name)?.[1];
    return [name, { since: known?.since ?? moment, lastUs: moment.timeUs }];
  });
  return Object.fromEntries([...still, ...now]);
}

/** Since when the one who is there longest, of those seen now, is there. */
function ripest(sightings: readonly Sighting[], present: Watch['present']): Moment | undefined {
  return sightings
    .flatMap(({ trackId }) => present[trackId ?? UNTRACKED]?.since ?? [])
    .reduce<Moment | undefined>((first, since) => (first && first.timeUs <= since.timeUs ? first : since), undefined);
}

function bestOf(known: Best | null, sightings: readonly Sighting[], moment: Moment): Best | null {
  const [first, ...others] = sightings;
  if (first === undefined) return known;
  const surest = others.reduce((best, one) => (one.score > best.score ? one : best), first);
  return known && surest.score < known.score + CLEARLY_BETTER ? known : { ...surest, moment };
}

function withSightings(alert: Alert, sightings: readonly Sighting[], moment: Moment): Alert {
  return {
    ...alert,
    last: moment,
    frames: alert.frames + 1,
    labels: [...new Set([...alert.labels, ...sightings.map(({ label }) => label)])],
    trackIds: [...new Set([...alert.trackIds, ...sightings.flatMap(({ trackId }) => trackId ?? [])])].slice(
      -MOST_TRACKS,
    ),
  };
}
