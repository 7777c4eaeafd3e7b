/** One file of a model, and how to know it. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface Fetching {
  /** Folder for the files, the caller's alone; what else is left in it is thrown away. */
  readonly folder: string;
  /** Told of bytes as they arrive. */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** A place that has a model. */
export interface ModelSource {
  /** For people: an address or the name of a package. */
  readonly name: string;
  /** Puts the files into the folder and gives each as soon as it is there; who asked checks it. */
  fetch(files: readonly ModelFile[], fetching: Fetching): AsyncIterable<ModelFile>;
}

/** A model: its files, and the places that have them. */
export interface Model {
  /** Also the name of its folder in the cache. */
  readonly name: string;
  readonly files: readonly ModelFile[];
  /** Asked in this order, each for what the ones before did not deliver. */
  readonly sources: readonly ModelSource[];
}
