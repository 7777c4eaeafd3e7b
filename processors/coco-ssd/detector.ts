import type { Bbox, Size } from '../../pipeline/index.ts';
import type { CocoClass } from './coco-classes.ts';
import type { CocoSsdOptions } from './options.ts';

export type BackendName = Exclude<CocoSsdOptions['backend'], 'auto'>;

/** One object found: its box in pixels of the picture, its score 0..1. */
export interface Detection extends CocoClass {
  readonly score: number;
  readonly bbox: Bbox;
}

/** What a detector is opened with. */
export interface DetectorSettings extends Pick<CocoSsdOptions, 'minScore' | 'maxBoxes' | 'nms' | 'classes'> {
  /** Folder that holds the checked model files. */
  readonly modelDirectory: string;
}

/** A loaded model that finds objects in raw rgb24 pixels. */
export interface Detector {
  readonly backend: BackendName;
  /** The objects of a picture by falling score. Concurrent calls are the caller's to avoid. */
  detect(pixels: Uint8Array, size: Size): Promise<readonly Detection[]>;
  close(): Promise<void>;
}

/** Boxes to ask for when some may be taken out again by their class. */
export function boxesToAskFor({ classes, maxBoxes }: DetectorSettings): number {
  return classes === undefined ? maxBoxes : Infinity;
}

/** The wanted classes, at most `maxBoxes` of them. */
export function keepWanted(found: readonly Detection[], { classes, maxBoxes }: DetectorSettings): readonly Detection[] {
  const wanted = classes === undefined ? found : found.filter(({ label }) => classes.includes(label));
  return wanted.slice(0, maxBoxes);
}
