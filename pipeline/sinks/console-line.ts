import { stripVTControlCharacters, styleText } from 'node:util';
import type { FrameMeta } from '../frame/frame-meta.ts';
import { headerText } from '../ports/record.ts';
import type { SinkRecord } from '../ports/sink.ts';
import { jsonOrText, textOf } from './record-data.ts';
import { frameMetaIfAny } from './shown-picture.ts';

/** Colours a part of a line. */
type Paint = (style: 'cyan' | 'dim' | 'green', text: string) => string;

const inColour: Paint = (style, text) => styleText(style, text);
const plain: Paint = (_style, text) => text;

/**
 * A record as one line for people: what `select` made of it, the objects of a frame (`cam seq 12  person 0.87, car 0.66`),
 * JSON, text, or the size of anything else. Control characters never reach the terminal.
 */
export function consoleLine(record: SinkRecord, { colour = false }: { readonly colour?: boolean } = {}): string {
  const paint = colour ? inColour : plain;
  if (record.selected !== undefined) return compact(record.selected);
  const meta = frameMetaIfAny(record);
  return meta ? frameLine(record, meta, paint) : valueLine(record);
}

function frameLine(record: SinkRecord, { frame, objects }: FrameMeta, paint: Paint): string {
  const who = `${paint('cyan', oneLine(frame.sourceId))} ${paint('dim', `seq ${frame.seq}`)}`;
  if (objects === undefined) return `${who}  ${sizeOf(record, frame)}`;
  if (objects.length === 0) return `${who}  ${paint('dim', 'no objects')}`;
  return `${who}  ${objects.map(({ label, score }) => `${paint('green', oneLine(label))} ${score.toFixed(2)}`).join(', ')}`;
}

function sizeOf(record: SinkRecord, { width, height }: FrameMeta['frame']): string {
  const pixels = width !== undefined && height !== undefined ? `${width}x${height} ` : '';
  return `${pixels}${binary(record)}`;
}

function valueLine(record: SinkRecord): string {
  if (record.value === null) return 'null';
  const text = textOf(record.value);
  return text === null ? binary(record) : compact(jsonOrText(text));
}

function binary({ value, headers }: SinkRecord): string {
  const type = oneLine((headerText(headers, 'content-type') ?? 'bytes').split(';', 1)[0] ?? '');
  return `${type}, ${(value ?? '').length} bytes`;
}

function compact(value: unknown): string {
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Line ends become spaces; what could steer a terminal is taken out. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text.replace(/[\r\n\t]+/g, ' ').trimEnd()).replace(/\p{Cc}/gu, '');
}
