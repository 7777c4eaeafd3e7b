import aggregate from '../../processors/aggregate/index.ts';
import annotate from '../../processors/annotate/index.ts';
import changed from '../../processors/changed.ts';
import cocoSsd from '../../processors/coco-ssd/index.ts';
import decode from '../../processors/decode.ts';
import dedupe from '../../processors/dedupe.ts';
import encode from '../../processors/encode.ts';
import exec from '../../processors/exec/index.ts';
import faces from '../../processors/faces/index.ts';
import filter from '../../processors/filter.ts';
import hysteresis from '../../processors/hysteresis/index.ts';
import join from '../../processors/join/index.ts';
import map from '../../processors/map.ts';
import meta from '../../processors/meta.ts';
import motion from '../../processors/motion/index.ts';
import repartition from '../../processors/repartition.ts';
import resize from '../../processors/resize.ts';
import rules from '../../processors/rules/index.ts';
import throttle from '../../processors/throttle.ts';
import track from '../../processors/track/index.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import type { SinkDefinition } from '../ports/sink.ts';
import type { SourceDefinition } from '../ports/source.ts';
import alerts from '../sinks/alerts/index.ts';
import clip from '../sinks/clip.ts';
import consoleSink from '../sinks/console.ts';
import files from '../sinks/files.ts';
import mqttSink from '../sinks/mqtt.ts';
import plot from '../sinks/plot/index.ts';
import sqlSink from '../sinks/sql.ts';
import topic from '../sinks/topic.ts';
import viewer from '../sinks/viewer/index.ts';
import webhook from '../sinks/webhook.ts';
import browserCamera from '../sources/browser-camera.ts';
import fileTail from '../sources/file-tail.ts';
import http from '../sources/http.ts';
import httpListen from '../sources/http-listen.ts';
import images from '../sources/images.ts';
import mqttSource from '../sources/mqtt.ts';
import rtsp from '../sources/rtsp.ts';
import sensors from '../sources/sensors.ts';
import sql from '../sources/sql.ts';
import stdin from '../sources/stdin.ts';
import synthetic from '../sources/synthetic.ts';
import video from '../sources/video.ts';
import webcam from '../sources/webcam.ts';
import type { Definition, Registered, Registry } from '../topology/registry.ts';

const processors: readonly ProcessorDefinition[] = [
  decode,
  resize,
  motion,
  cocoSsd,
  faces,
  track,
  rules,
  annotate,
  encode,
  meta,
  filter,
  map,
  aggregate,
  join,
  dedupe,
  changed,
  hysteresis,
  throttle,
  repartition,
  exec,
];
const sources: readonly SourceDefinition[] = [
  synthetic,
  video,
  webcam,
  browserCamera,
  rtsp,
  images,
  http,
  httpListen,
  stdin,
  fileTail,
  sql,
  sensors,
  mqttSource,
];
const sinks: readonly SinkDefinition[] = [
  viewer,
  alerts,
  plot,
  consoleSink,
  files,
  clip,
  topic,
  webhook,
  sqlSink,
  mqttSink,
];

/** All that comes with tapline, by name. Importing these modules is cheap: what is heavy loads when a worker starts. */
export const builtIns: Registry = {
  processors: byName(processors),
  sources: byName(sources),
  sinks: byName(sinks),
};

function byName<D extends Definition>(definitions: readonly D[]): ReadonlyMap<string, Registered<D>> {
  return new Map(definitions.map((definition) => [definition.name, { id: definition.name, definition }]));
}
