import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sink } from '../../pipeline/ports/sink.ts';
import mqttSink from '../../pipeline/sinks/mqtt.ts';
import { until } from '../integration/until.ts';
import { mqttBroker, type MqttBroker, type SeenMessage } from '../mqtt/mqtt-broker.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';

async function sinkTo({ url }: MqttBroker, options: object = {}, signal = new AbortController().signal): Promise<Sink> {
  const sink = await mqttSink.create(mqttSink.options.parse({ url, topic: 'alarms', ...options }), {
    ...sinkSetup(),
    signal,
  });
  onTestFinished(async () => {
    await sink.close?.();
  });
  return sink;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const come = (seen: readonly SeenMessage[], expected: number) =>
  until(() => seen.length >= expected, { what: () => `${expected} messages, not ${seen.length}`, timeoutMs: 15_000 });

describe('mqtt sink', () => {
  it.each([
    ['a text', 'alarms', 'alarms'],
    ['a field of the value', 'alarms/{sensor.id}', 'alarms/7'],
    ['key and header', '{$record.key}/{$record.headers."mqtt-topic"}', 'oven/plant/oven/temperature'],
  ])('publishes to the topic that %s tells', async (_what, topic, expected) => {
    const broker = await mqttBroker();
    const seen = await broker.watch('#');
    const sink = await sinkTo(broker, { topic });

    const headers = { 'mqtt-topic': 'plant/oven/temperature' };
    await sink.write(sinkRecord({ key: Buffer.from('oven'), value: json({ sensor: { id: 7 } }), headers }));
    await come(seen, 1);

    expect(seen).toEqual([{ topic: expected, value: '{"sensor":{"id":7}}', retained: false }]);
  });

  it('publishes what select made, a text without quotes, and nothing where there is no value', async () => {
    const broker = await mqttBroker();
    const seen = await broker.watch('#');
    const sink = await sinkTo(broker);

    for (const selected of ['ON', 21.5, { a: 1 }]) await sink.write(sinkRecord({ selected }));
    await sink.write(sinkRecord({ value: null }));
    await come(seen, 4);

    expect(seen.map(({ value }) => value)).toEqual(['ON', '21.5', '{"a":1}', '']);
  });

  it.each([0, 1, 2])('has the last message kept where it shall be retained, with QoS %i', async (qos) => {
    const broker = await mqttBroker();
    const sink = await sinkTo(broker, { retain: true, qos });
    for (const value of ['one', 'two']) await sink.write(sinkRecord({ value: Buffer.from(value) }));

    await until(
      async () => {
        const seen = await broker.watch('alarms');
        await until(() => seen.length > 0, { what: 'what is retained' });
        return seen[0]!.value === 'two' && seen[0]!.retained;
      },
      { what: 'the last message' },
    );
  });

  it.each([
    ['gives none', 'alarms/{sensor}', 'has no MQTT topic: "sensor" gives neither a text nor a number'],
    ['gives a wildcard', 'alarms/{wild}', 'has no MQTT topic: "wild" gives "a/#", and + and # are wildcards'],
    ['gives an empty one', '{empty}', 'has no MQTT topic: "{empty}" gives an empty topic'],
  ])('sets aside at once a record that %s', async (_what, topic, sentence) => {
    const sink = await sinkTo(await mqttBroker(), { topic });

    await expect(sink.write(sinkRecord({ value: json({ wild: 'a/#', empty: '' }) }))).rejects.toMatchObject({
      code: 'MQTT_TOPIC_INVALID',
      retriable: false,
      message: `in-0@0 ${sentence}; correct topic of the sink, or leave such records out with where`,
    });
  });

  it('publishes many at once, in their order', async () => {
    const broker = await mqttBroker();
    const seen = await broker.watch('#');
    const sink = await sinkTo(broker);
    const texts = Array.from({ length: 500 }, (_, n) => String(n));

    await sink.writeAll!(texts.map((text) => sinkRecord({ value: Buffer.from(text) })));
    await come(seen, 500);

    expect(seen.map(({ value }) => value)).toEqual(texts);
  });

  it('waits for a broker that is away, and goes on with the record it was at', async () => {
    const broker = await mqttBroker();
    const seen = await broker.watch('#');
    const sink = await sinkTo(broker);
    await sink.write(sinkRecord({ value: Buffer.from('one') }));
    await come(seen, 1);
    await broker.down();
    let isWritten = false;

    const writing = Promise.resolve(sink.write(sinkRecord({ value: Buffer.from('two') }))).then(() => {
      isWritten = true;
    });
    await new Promise(setImmediate);
    const early = isWritten;
    await broker.listen();
    const again = await broker.watch('#');
    await writing;
    await come(again, 1);

    expect(early).toBe(false);
    expect(again[0]!.value).toBe('two');
  });

  it('lets a tap stop while the broker is away, and says that the record was not written', async () => {
    const broker = await mqttBroker();
    await broker.down();
    const stopping = new AbortController();
    const sink = await sinkTo(broker, {}, stopping.signal);

    const writing = sink.write(sinkRecord());
    stopping.abort();

    await expect(writing).rejects.toMatchObject({
      code: 'MQTT_UNACKNOWLEDGED',
      retriable: true,
      message: `the MQTT broker at ${broker.url} has not acknowledged a message on "alarms"; it is published again at the next start`,
    });
  });

  it('gives a message up for which the broker ends each connection, and publishes the next', async () => {
    const broker = await mqttBroker({
      authorizePublish: (_client, { payload }, done) => done(String(payload) === 'bad' ? new Error('no') : null),
    });
    const seen = await broker.watch('#');
    const sink = await sinkTo(broker);

    await expect(sink.write(sinkRecord({ value: Buffer.from('bad') }))).rejects.toMatchObject({
      code: 'MQTT_MESSAGE_REFUSED',
      retriable: true,
      message: `the MQTT broker at ${broker.url} ends the connection whenever it gets a message on "alarms"; look at its log, and at the size of the message`,
    });
    await sink.write(sinkRecord({ value: Buffer.from('good') }));
    await come(seen, 1);

    expect(seen.map(({ value }) => value)).toEqual(['good']);
  });
});
