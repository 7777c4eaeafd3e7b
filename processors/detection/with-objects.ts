import { frameOutput, type DetectedObject, type OutputRecord, type RawFrame } from '../../pipeline/index.ts';
import type { Detection } from './detector.ts';

/** The frame with what a model has found in it, behind what others have found; the pixels stay as they are. */
export function withObjects(frame: RawFrame, model: string, found: readonly Detection[]): OutputRecord {
  const others = frame.meta.objects?.filter((object) => object.model !== model) ?? [];
  const own = found.map((detection) => objectOf(detection, model));
  const objects = [...others, ...own].map((object, index) => ({ ...object, id: String(index) }));
  const output = frameOutput({ ...frame, meta: { ...frame.meta, objects } });
  return { ...output, headers: { ...output.headers, ce_type: 'dev.tapline.detections.v1' } };
}

function objectOf({ label, labelId, score, bbox: [x, y, width, height] }: Detection, model: string): DetectedObject {
  return {
    id: '0',
    trackId: null,
    model,
    label,
    labelId,
    score: rounded(score, 4),
    bbox: [rounded(x, 3), rounded(y, 3), rounded(width, 3), rounded(height, 3)],
    attributes: [],
    zones: [],
  };
}

/** Digits beyond any detector's precision only make the header longer. */
function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
