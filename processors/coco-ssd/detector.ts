import type { Detection } from '../detection/detector.ts';
import type { CocoSsdOptions } from './options.ts';

export type BackendName = Exclude<CocoSsdOptions['backend'], 'auto'>;

/** What a detector is opened with. */
export interface DetectorSettings extends Pick<CocoSsdOptions, 'minScore' | 'maxBoxes' | 'nms' | 'classes'> {
  /** Folder that holds the checked model files. */
  readonly modelDirectory: string;
}

/** What a detector thread is started with. */
export interface ThreadData {
  readonly backend: CocoSsdOptions['backend'];
  readonly settings: DetectorSettings;
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
