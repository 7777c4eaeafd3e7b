import { createKafka } from '../pipeline/kafka/index.ts';
import { StageWorker } from '../pipeline/runtime/stage-worker.ts';
import { WorkerMetrics } from '../pipeline/metrics/worker-metrics.ts';
import { systemClock } from '../pipeline/runtime/system-clock.ts';
import { easeCollection } from "../pipeline/runtime/worker-memory.ts"; easeCollection();
const q = () => undefined; const log: any = { debug: (f: any, m: string) => process.env.DBG && console.log(m, f?.error?.stack ?? f?.error ?? ""), info: console.log, warn: console.log, error: console.log };
const bootstrap = process.argv[2]!; const size = Number(process.argv[3]); const total = Number(process.argv[4]); const rec = Number(process.argv[5]); const fetchMb=Number(process.argv[6]??4);
const kafka = createKafka({ bootstrap: [bootstrap] }, { log, clientId: 'bench' });
const admin = kafka.admin(); const id = Math.random().toString(36).slice(2, 8);
const topicPlan = (name: string): any => ({ name, holds: 'records', partitions: 4, explicit: [], retentionMs: -1, retentionBytes: -1, segmentBytes: 64 * 1024 ** 2, maxMessageBytes: 4 * 1024 ** 2 });
const inp = `in-${id}`;
await admin.createTopic(topicPlan(inp));
const producer = kafka.producer(); const value = Buffer.alloc(size, 'x');
for (let i = 0; i < total;) { const n = Math.min(size > 10000 ? 64 : 8000, total - i); await producer.send(Array.from({ length: n }, (_, k) => ({ topic: inp, partition: (i + k) % 4, key: null, value, headers: {}, timestampMs: Date.now() }))); i += n; }
const run = async (guarantee: string, round: number) => {
  const out = `out-${id}-${guarantee}-${round}`; await admin.createTopic(topicPlan(out));
  let n = 0; let done!: () => void; const fin = new Promise<void>((r) => (done = r));
  const metrics = new WorkerMetrics({ topology: 'b', kind: 'stage', name: 's', worker: 's-0' });
  const plan: any = { name: 's', group: `g-${id}-${guarantee}-${round}`, from: [inp], to: { default: out }, process: 'p', options: {}, guarantee, state: 'memory', changelogs: {}, delivery: 'every', maxAgeMs: null, replicas: 1, concurrency: null, batch: { records: rec, bytes: fetchMb * 1024 * 1024, lingerMs: 0 }, timeoutMs: 30000, onError: { retries: 3, backoffMs: 10, then: 'deadLetter', crashes: 0 }, deadLetterTopic: 'x.dlq' };
  const worker = new StageWorker({ plan, worker: 's-0', processor: { process: (r: any) => { return { value: r.value }; } }, createConsumer: (o) => kafka.consumer(o), producer: kafka.producer(), deadLetterMaxBytes: 1e6, clock: systemClock, log, metrics });
  const cpu0 = process.cpuUsage(); const t0 = performance.now();
  await worker.start();
  for (;;) { const lag = await admin.lag(plan.group, [inp]); if (lag.every((l) => l.committed !== null && l.lag <= 0n)) break; if (performance.now() - t0 > 60000) { console.log('HUNG', guarantee, round, lag, JSON.stringify((await metrics.snapshot()).filter((m: any) => /records_(in|out)/.test(m.name)).map((m: any) => m.values[0]))); process.exit(3); } await new Promise((r) => setTimeout(r, 20)); }
  const s = (performance.now() - t0) / 1000; const cpu = process.cpuUsage(cpu0);
  await worker.stop();
  return { rate: total / s, cpu: (cpu.user + cpu.system) / 1e3 / total };
};
for (let round = 0; round < Number(process.env.ROUNDS ?? 3); round++) { const a = await run('at-least-once', round); const e = await run('exactly-once', round); console.log(size, 'B batch', rec, 'alo', a.rate.toFixed(0), `(${a.cpu.toFixed(3)} ms)`, 'eos', e.rate.toFixed(0), `(${e.cpu.toFixed(3)} ms)`, 'ratio', (e.rate / a.rate).toFixed(2)); }
process.exit();
