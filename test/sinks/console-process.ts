import consoleSink from '../../pipeline/sinks/console.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';

/** Writes far more than a pipe holds, as a tap does, and goes on after the reader has left. */
const sink = await consoleSink.create(consoleSink.options.parse({}), sinkSetup());
for (let n = 0; n < 50_000; n++) await sink.write(sinkRecord({ value: Buffer.from(JSON.stringify({ n })) }));
await sink.close?.();
