import type { Bbox, DetectedObject, FrameMeta } from '../frame/frame-meta.ts';
import { detectionDifferences, type DetectionDifference, type DetectionRules } from './detections.ts';
import { jsonDifferences, type ValueDifference } from './json-difference.ts';
import type { RecordContent, RecordValue } from './record-content.ts';

export interface CompareRules extends DetectionRules {
  /** Paths that may differ, with all below them: `value.at`, `headers.shop`, `meta.frame.ptsUs`. */
  readonly ignore: readonly string[];
}

/** Where two records that belong together differ. */
export interface RecordDifference {
  readonly detections: readonly DetectionDifference[];
  readonly values: readonly ValueDifference[];
}

/** Parts of `frame-meta` that tell how a frame travelled, or that are compared for themselves. */
const TRAVEL = new Set(['stages', 'dropped', 'objects']);

/** Compares two records; null where they are equal, but for ids, times and the way they came. */
export function recordDifference(
  before: RecordContent,
  after: RecordContent,
  rules: CompareRules,
): RecordDifference | null {
  const [was, is] = [before.meta, after.meta];
  const values = [
    ...jsonDifferences('key', before.key, after.key),
    ...jsonDifferences('headers', before.headers, after.headers),
    ...jsonDifferences('meta', was && withoutTravel(was), is && withoutTravel(is)),
    ...valueDifferences(before.value, after.value),
  ].filter(({ path }) => !rules.ignore.some((ignored) => isWithin(path, ignored)));
  const detections = was && is ? objectsDifferences(was, is, rules) : [];
  return values.length + detections.length > 0 ? { detections, values } : null;
}

function objectsDifferences(before: FrameMeta, after: FrameMeta, rules: CompareRules): DetectionDifference[] {
  return detectionDifferences(before.objects ?? [], inSpaceOf(before, after), rules);
}

/** The objects of a frame, their boxes as they would be in the space of another size of it. */
function inSpaceOf({ frame: wanted }: FrameMeta, { frame, objects = [] }: FrameMeta): readonly DetectedObject[] {
  const byX = (wanted.width ?? 1) / (frame.width ?? wanted.width ?? 1);
  const byY = (wanted.height ?? 1) / (frame.height ?? wanted.height ?? 1);
  if (byX === 1 && byY === 1) return objects;
  const scaled = ([x, y, width, height]: Bbox): Bbox => [x * byX, y * byY, width * byX, height * byY];
  return objects.map((object) => ({ ...object, bbox: scaled(object.bbox) }));
}

/** Nobody looked, or somebody looked: that differs too, where nothing was found. */
function withoutTravel({ objects, ...meta }: FrameMeta): object {
  const rest = Object.entries(meta).filter(([name]) => !TRAVEL.has(name));
  return Object.fromEntries([...rest, ['looked', objects !== undefined]]);
}

function valueDifferences(before: RecordValue | null, after: RecordValue | null): ValueDifference[] {
  if (before?.digest === after?.digest) return [];
  const [was, is] = [jsonOf(before), jsonOf(after)];
  if (was && is) return jsonDifferences('value', was.json, is.json);
  return [{ path: 'value', before: described(before), after: described(after) }];
}

function jsonOf(value: RecordValue | null): { readonly json: unknown } | null {
  if (!value?.bytes) return null;
  try {
    return { json: JSON.parse(value.bytes.toString()) as unknown };
  } catch {
    return null; // no JSON: compared as bytes
  }
}

function described(value: RecordValue | null): string | null {
  return value && `${value.length} bytes, sha256 ${value.digest.slice(0, 8)}`;
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}
