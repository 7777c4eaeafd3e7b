import type { Bbox, Size } from '../../pipeline/index.ts';

/** One object found: its class, its box in pixels of the picture, its score 0..1. */
export interface Detection {
  readonly label: string;
  /** COCO's 1..90; 0 for what COCO has no class of. */
  readonly labelId: number;
  readonly score: number;
  readonly bbox: Bbox;
}

/** A loaded model that finds objects in raw rgb24 pixels. */
export interface Detector {
  /** What computes. */
  readonly backend: string;
  /** The objects of a picture by falling score. Concurrent calls are the caller's to avoid. */
  detect(pixels: Uint8Array, size: Size): Promise<readonly Detection[]>;
  close(): Promise<void>;
}

export interface OpenedDetector {
  readonly detector: Detector;
  /** Why better backends were passed over. */
  readonly passedOver: readonly string[];
}
