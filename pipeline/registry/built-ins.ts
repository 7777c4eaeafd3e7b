import type { ProcessorDefinition } from '../ports/processor.ts';
import type { SinkDefinition } from '../ports/sink.ts';
import type { SourceDefinition } from '../ports/source.ts';
import type { Definition, DefinitionKind, Registered, Registry } from '../topology/registry.ts';
import type { DefinitionOf } from './import-definition.ts';

type Modules<D> = Readonly<Record<string, () => Promise<{ readonly default: D }>>>;

const processors: Modules<ProcessorDefinition> = {
  decode: () => import('../../processors/decode.ts'),
  resize: () => import('../../processors/resize.ts'),
  motion: () => import('../../processors/motion/index.ts'),
  'coco-ssd': () => import('../../processors/coco-ssd/index.ts'),
  faces: () => import('../../processors/faces/index.ts'),
  track: () => import('../../processors/track/index.ts'),
  rules: () => import('../../processors/rules/index.ts'),
  annotate: () => import('../../processors/annotate/index.ts'),
  encode: () => import('../../processors/encode.ts'),
  meta: () => import('../../processors/meta.ts'),
  filter: () => import('../../processors/filter.ts'),
  map: () => import('../../processors/map.ts'),
  aggregate: () => import('../../processors/aggregate/index.ts'),
  join: () => import('../../processors/join/index.ts'),
  dedupe: () => import('../../processors/dedupe.ts'),
  changed: () => import('../../processors/changed.ts'),
  hysteresis: () => import('../../processors/hysteresis/index.ts'),
  throttle: () => import('../../processors/throttle.ts'),
  repartition: () => import('../../processors/repartition.ts'),
  exec: () => import('../../processors/exec/index.ts'),
};
const sources: Modules<SourceDefinition> = {
  synthetic: () => import('../sources/synthetic.ts'),
  video: () => import('../sources/video.ts'),
  webcam: () => import('../sources/webcam.ts'),
  'browser-camera': () => import('../sources/browser-camera.ts'),
  rtsp: () => import('../sources/rtsp.ts'),
  images: () => import('../sources/images.ts'),
  http: () => import('../sources/http.ts'),
  'http-listen': () => import('../sources/http-listen.ts'),
  stdin: () => import('../sources/stdin.ts'),
  'file-tail': () => import('../sources/file-tail.ts'),
  sql: () => import('../sources/sql.ts'),
  sensors: () => import('../sources/sensors.ts'),
  mqtt: () => import('../sources/mqtt.ts'),
};
const sinks: Modules<SinkDefinition> = {
  viewer: () => import('../sinks/viewer/index.ts'),
  alerts: () => import('../sinks/alerts/index.ts'),
  plot: () => import('../sinks/plot/index.ts'),
  console: () => import('../sinks/console.ts'),
  files: () => import('../sinks/files.ts'),
  clip: () => import('../sinks/clip.ts'),
  topic: () => import('../sinks/topic.ts'),
  webhook: () => import('../sinks/webhook.ts'),
  sql: () => import('../sinks/sql.ts'),
  mqtt: () => import('../sinks/mqtt.ts'),
};

const MODULES = { processor: processors, source: sources, sink: sinks };

/** Names of all that comes with tapline, in the order in which people look at them. */
export function builtInNames(kind: DefinitionKind): readonly string[] {
  return Object.keys(MODULES[kind]);
}

/** What comes with tapline under this name; its module is loaded when it is asked for. */
export async function loadBuiltIn<K extends DefinitionKind>(
  kind: K,
  name: string,
): Promise<Registered<DefinitionOf<K>> | undefined> {
  const modules: Modules<Definition> = MODULES[kind];
  if (!Object.hasOwn(modules, name)) return undefined;
  const loaded = await modules[name]?.();
  return loaded && { id: name, definition: loaded.default as DefinitionOf<K> };
}

/** All that comes with tapline. */
export async function loadBuiltIns(): Promise<Registry> {
  return {
    processors: await loadShelf('processor'),
    sources: await loadShelf('source'),
    sinks: await loadShelf('sink'),
  };
}

/** All of a kind. */
export async function loadShelf<K extends DefinitionKind>(kind: K): Promise<Map<string, Registered<DefinitionOf<K>>>> {
  const shelf = new Map<string, Registered<DefinitionOf<K>>>();
  for (const name of builtInNames(kind)) {
    const registered = await loadBuiltIn(kind, name);
    if (registered) shelf.set(name, registered);
  }
  return shelf;
}
