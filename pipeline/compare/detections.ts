import type { Bbox, DetectedObject } from '../frame/frame-meta.ts';
import { overlapOf } from '../frame/overlap.ts';
import { jsonDifferences, type ValueDifference } from './json-difference.ts';

/** When two detections are one object, and when one has changed. */
export interface DetectionRules {
  /** Boxes that overlap (intersection over union) at least so much may be one object. */
  readonly sameObject: number;
  /** A box that overlaps its counterpart less than this has moved. */
  readonly samePlace: number;
  /** Scores that differ by more than this differ. */
  readonly scoreTolerance: number;
}

/** What became of one detection. */
export type DetectionDifference =
  | { readonly what: 'lost' | 'added'; readonly label: string; readonly score: number; readonly bbox: Bbox }
  | {
      readonly what: 'moved';
      readonly label: string;
      readonly overlap: number;
      readonly before: Bbox;
      readonly after: Bbox;
    }
  | { readonly what: 'score'; readonly label: string; readonly before: number; readonly after: number }
  | { readonly what: 'label'; readonly bbox: Bbox; readonly before: string; readonly after: string }
  | ({ readonly what: 'other'; readonly label: string } & ValueDifference);

interface Match {
  readonly before: DetectedObject;
  readonly after: DetectedObject;
  readonly overlap: number;
}

/** Number and finder of a detection say nothing about what was found. */
const NOT_COMPARED = new Set(['id', 'model', 'label', 'labelId', 'score', 'bbox']);

/**
 * Which detections of a frame differ. Those of one label are matched first, the best overlap first; what is left over
 * and overlaps has another label; what is still left over was lost or added.
 */
export function detectionDifferences(
  before: readonly DetectedObject[],
  after: readonly DetectedObject[],
  rules: DetectionRules,
): DetectionDifference[] {
  const matches = matchesOf(before, after, rules);
  const [kept, found] = [new Set(matches.map((match) => match.before)), new Set(matches.map((match) => match.after))];
  return [
    ...before.filter((one) => !kept.has(one)).map((one) => alone('lost', one)),
    ...after.filter((one) => !found.has(one)).map((one) => alone('added', one)),
    ...matches.flatMap((match) => changesOf(match, rules)),
  ];
}

function matchesOf(
  before: readonly DetectedObject[],
  after: readonly DetectedObject[],
  { sameObject }: DetectionRules,
): readonly Match[] {
  const candidates = before
    .flatMap((one) => after.map((other) => ({ before: one, after: other, overlap: overlapOf(one.bbox, other.bbox) })))
    .filter(({ overlap }) => overlap > 0 && overlap >= sameObject)
    .sort((a, b) => Number(isOfOneLabel(b)) - Number(isOfOneLabel(a)) || b.overlap - a.overlap);
  const taken = new Set<DetectedObject>();
  return candidates.filter((match) => {
    if (taken.has(match.before) || taken.has(match.after)) return false;
    taken.add(match.before).add(match.after);
    return true;
  });
}

function isOfOneLabel({ before, after }: Match): boolean {
  return before.label === after.label;
}

function alone(what: 'lost' | 'added', { label, score, bbox }: DetectedObject): DetectionDifference {
  return { what, label, score, bbox };
}

function changesOf(match: Match, rules: DetectionRules): DetectionDifference[] {
  const { before, after, overlap } = match;
  const { label } = after;
  const changes: DetectionDifference[] = [];
  if (!isOfOneLabel(match)) changes.push({ what: 'label', bbox: after.bbox, before: before.label, after: label });
  if (overlap < rules.samePlace)
    changes.push({ what: 'moved', label, overlap, before: before.bbox, after: after.bbox });
  if (Math.abs(before.score - after.score) > rules.scoreTolerance)
    changes.push({ what: 'score', label, before: before.score, after: after.score });
  const rest = jsonDifferences('', restOf(before), restOf(after));
  return [
    ...changes,
    ...rest.map(({ path, ...values }) => ({ what: 'other' as const, label, path: path.slice(1), ...values })),
  ];
}

function restOf(object: DetectedObject): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !NOT_COMPARED.has(name)));
}
