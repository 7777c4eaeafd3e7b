import mqtt from 'mqtt';
import { expect, inject, test } from 'vitest';
import { mqttBroker, type MqttBroker } from '../../mqtt/mqtt-broker.ts';
import { readAll } from '../read-records.ts';
import { until } from '../until.ts';
import { copyExample, runExample } from './run-example.ts';

const bootstrap = inject('bootstrap');
const READINGS = 1_200;

interface Reading {
  readonly sensorID: string;
  readonly value: number;
  readonly timestamp: string;
}

/** Has the MQTT broker keep messages for a client that has not been there yet. */
async function keepFor(clientId: string, { url }: MqttBroker): Promise<void> {
  const client = await mqtt.connectAsync(url, { clientId, clean: false });
  await client.subscribeAsync('plant/+/temperature', { qos: 1 });
  await client.endAsync();
}

test('sensors-iot: what devices publish is read once, and whoever subscribes sees each alarm', async () => {
  const broker = await mqttBroker();
  const alerts = await broker.watch('alerts/#');
  const example = await copyExample('sensors-iot');
  const read = async (topic: string) => readAll(bootstrap, example.topic(topic));
  const urls = ['sources.plant', 'taps.devices', 'taps.alerts'].map((part) => `${part}.with.url=${broker.url}`);
  const fast = ['pace=fast', `records=${READINGS}`, 'drift=2'].map((one) => `sources.simulated.with.${one}`);

  await keepFor(`${example.name}-plant`, broker); // devices may publish before the source is there
  const run = await runExample(example, ...[...urls, ...fast].flatMap((one) => ['--set', one]));
  const simulated = async () => (await run.status()).sources.find(({ name }) => name === 'simulated')!;
  await until(async () => (await simulated()).state === 'finished', { what: 'all that is simulated' });
  const made = await read('simulated');
  await until(async () => (await read('readings.once')).length >= made.length, { what: 'all readings' });
  await until(async () => alerts.length >= (await read('alarms')).length && alerts.length > 0, { what: 'all alerts' });
  await until(async () => (await run.status()).stages.every(({ lag }) => lag === 0), { what: 'no lag' });
  await until(async () => alerts.length === (await read('alarms')).length, { what: 'the last alerts' });

  const once = await read('readings.once');
  const asText = (records: readonly { readonly value: unknown }[]) =>
    records.map(({ value }) => String(value)).toSorted();
  expect(asText(once)).toEqual(asText(made));
  for (const { key, value, headers, timestampMs } of once) {
    const { sensorID, timestamp } = JSON.parse(String(value)) as Reading;
    expect([String(key), String(headers['mqtt-topic'])]).toEqual([sensorID, `plant/${sensorID}/temperature`]);
    expect(timestampMs).toBe(Date.parse(timestamp));
  }
  const alarms = await read('alarms');
  expect(alerts.map(({ topic, value }) => `${topic} ${value}`).toSorted()).toEqual(
    alarms.map(({ key, value }) => `alerts/${String(key)} ${String(value)}`).toSorted(),
  );
  expect(alarms.length).toBeGreaterThan(4);
  expect(await run.stop()).toBe(0);
});
