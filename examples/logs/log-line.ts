import { basename } from 'node:path';
import { defineProcessor, headerText, PoisonRecordError } from 'tapline';
import { z } from 'zod';
import { readCombined, readJson, readLogfmt, type Entry } from './formats.ts';

/** One kind of entry of any line of a log: what follows need not know who wrote it, or how. */
export default defineProcessor({
  name: 'log-line',
  summary: 'Reads a line of a log: JSON, the combined format of nginx, or logfmt.',
  options: z.strictObject({}),
  produces: 'records',
  process({ value, headers, topic, partition, offset, timestampMs }) {
    const line = String(value ?? '');
    if (line.trim() === '') return null;
    const entry: Entry | null = readJson(line) ?? readCombined(line) ?? readLogfmt(line);
    if (entry === null) {
      const message = `the line at ${topic}-${partition}@${offset} is neither JSON nor combined nor logfmt`;
      throw new PoisonRecordError('PROCESSING_FAILED', message);
    }
    const service = entry.service ?? basename(headerText(headers, 'file-path') ?? 'unknown', '.log');
    const time = entry.timeMs ?? timestampMs;
    const told = { service, level: entry.level, text: entry.text, time: new Date(time).toISOString() };
    return {
      key: service,
      value: JSON.stringify(told),
      headers: { 'content-type': 'application/json' },
      timestampMs: time,
    };
  },
});
