import type { FrameMeta, Headers, OutputRecord } from '../../pipeline/index.ts';
import type { AlertEvent, Best } from './rule-watch.ts';
import type { KeptPicture } from './kept-pictures.ts';

/** What an alert is told of beside what the rule remembers. */
export interface AlertOrigin {
  readonly rule: string;
  readonly zone: string | undefined;
  readonly meta: FrameMeta;
}

const ALERT_HEADERS: Headers = {
  'content-type': 'application/json',
  'frame-meta': undefined,
  ce_type: 'dev.tapline.alert.v1',
};

/** The record of an alert that starts, goes on or ends. It stays the event of the frame it was told at. */
export function alertRecord(
  { state, alert, best }: AlertEvent,
  { rule, zone, meta, picture }: AlertOrigin & { readonly picture: KeptPicture | undefined },
): OutputRecord {
  const { id, since, last, frames, labels, trackIds } = alert;
  const value = {
    version: '1',
    id,
    state,
    rule,
    sourceId: meta.frame.sourceId,
    ...(zone !== undefined && { zone }),
    time: timeText(meta.frame.captureTimeUs),
    since: timeText(since.captureTimeUs),
    ...(state === 'end' && { until: timeText(last.captureTimeUs) }),
    durationMs: Math.round((last.timeUs - since.timeUs) / 1000),
    frames,
    labels,
    trackIds,
    best: bestOf(best),
    ...(picture && { picture: { contentType: picture.contentType, data: picture.bytes.toString('base64') } }),
  };
  return { value: JSON.stringify(value), headers: ALERT_HEADERS };
}

/** The picture of an alert, under the identity of the frame it shows. */
export function pictureRecord(alertId: string, { frameMeta, contentType, bytes }: KeptPicture): OutputRecord {
  const { frame } = JSON.parse(frameMeta) as FrameMeta;
  return {
    to: 'pictures',
    value: bytes,
    headers: {
      'content-type': contentType,
      'frame-meta': frameMeta,
      'alert-id': alertId,
      ce_subject: frame.id,
      ce_time: timeText(frame.captureTimeUs),
    },
  };
}

function bestOf({ moment, ...sighting }: Best): object {
  return { frameId: moment.frameId, time: timeText(moment.captureTimeUs), ...sighting };
}

function timeText(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString();
}
