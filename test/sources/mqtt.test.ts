import { describe, expect, it, onTestFinished } from 'vitest';
import type { SourceContext, SourceRecord } from '../../pipeline/ports/source.ts';
import mqttSource from '../../pipeline/sources/mqtt.ts';
import { until } from '../integration/until.ts';
import { mqttBroker, type MqttBroker } from '../mqtt/mqtt-broker.ts';
import { runSource } from './source-harness.ts';

const AWAY =
  'source "camera" has no connection to the MQTT broker at URL (...); it tries again every second: start the MQTT broker, or correct url';
const AGAIN = 'source "camera" is connected to the MQTT broker at URL again';
const CLIENT = 'test-camera'; // the names of the harness

/** A source that reads a broker; its records are acknowledged at once unless `holding`. */
async function reading(
  { url, aedes }: MqttBroker,
  options: object = {},
  { holding = false, ...overrides }: { readonly holding?: boolean } & Partial<SourceContext> = {},
) {
  const subscribed = new Promise((resolve) => aedes.once('subscribe', resolve));
  const run = runSource(mqttSource, { url, topics: ['plant/+/temperature'], ...options }, overrides);
  const records: SourceRecord[] = [];
  const ended = (async () => {
    for await (const record of run.records) {
      records.push(record);
      if (!holding) record.settled?.(true);
    }
  })();
  const stop = async (): Promise<void> => {
    run.stop();
    await new Promise(setImmediate);
    for (const { settled } of records) settled?.(false);
    await ended;
  };
  onTestFinished(() => stop().catch(() => undefined));
  return { ...run, records, subscribed, stop, ended };
}

const valuesOf = (records: readonly SourceRecord[]) => records.map(({ value }) => String(value));
const told = (warnings: readonly string[], { url }: MqttBroker) =>
  warnings.map((text) => text.replace(/\(.*\)/, '(...)').replaceAll(url, 'URL'));
const count = (records: readonly SourceRecord[], expected: number) =>
  until(() => records.length >= expected, {
    what: () => `${expected} records, not ${records.length}`,
    timeoutMs: 10_000,
  });

describe('mqtt source', () => {
  it('makes a record of a message, which tells its topic, and leaves all others', async () => {
    const broker = await mqttBroker();
    const { records, subscribed } = await reading(broker);
    await subscribed;

    await broker.publish('plant/oven/pressure', '7');
    await broker.publish('plant/oven/temperature', '{"value": 81.5}');
    await broker.publish('plant/hall/temperature', 'warm', { qos: 0 });
    await broker.publish('plant/door/temperature', Buffer.from([0xff, 0]));
    await count(records, 3);

    expect(records).toMatchObject([
      {
        key: 'plant/oven/temperature',
        headers: {
          'content-type': 'application/json',
          'mqtt-topic': 'plant/oven/temperature',
          'mqtt-qos': '1',
          'mqtt-retained': 'false',
        },
      },
      { key: 'plant/hall/temperature', headers: { 'content-type': 'text/plain; charset=utf-8', 'mqtt-qos': '0' } },
      { key: 'plant/door/temperature', headers: { 'content-type': 'application/octet-stream' } },
    ]);
    expect(valuesOf(records)[0]).toBe('{"value": 81.5}');
    expect(new Set(records.map(({ headers }) => headers['ce_id'])).size).toBe(3);
  });

  it('takes key and id from the topic or the value, and says of what is retained that it is', async () => {
    const broker = await mqttBroker();
    await broker.publish('plant/oven/temperature', '{"n": 7, "sensor": "a"}', { retain: true });

    const byLevel = await reading(broker, { keyLevel: 2, clientId: 'level' });
    const byValue = await reading(broker, { key: 'sensor', id: "$record.topic & '#' & n", clientId: 'value' });
    await count(byLevel.records, 1);
    await count(byValue.records, 1);

    expect(byLevel.records[0]).toMatchObject({ key: 'oven', headers: { 'mqtt-retained': 'true' } });
    expect(byValue.records[0]).toMatchObject({ key: 'a', headers: { ce_id: 'plant/oven/temperature#7' } });
  });

  it('stamps a record with the time its message tells, as text or as a number', async () => {
    const broker = await mqttBroker();
    const { records, deadLetters, subscribed } = await reading(broker, { time: 'at' });
    await subscribed;

    for (const at of ['2026-01-01T00:00:00.500Z', 1767225600500, 'yesterday', -1, null])
      await broker.publish('plant/oven/temperature', JSON.stringify({ at }));
    await until(() => deadLetters.length === 3, { what: 'three dead letters' });

    expect(records.map(({ timestampMs, headers }) => [timestampMs, headers['ce_time']])).toEqual(
      Array(2).fill([1767225600500, '2026-01-01T00:00:00.500Z']),
    );
    expect(deadLetters[0]!.message).toBe(
      'a message on "plant/oven/temperature" gives no time since 1970 by "at"; correct what publishes it, or the options of the source',
    );
  });

  it('sets aside what it cannot use, acknowledges it, and goes on', async () => {
    const broker = await mqttBroker();
    const { records, deadLetters, subscribed } = await reading(broker, { as: 'json', key: 'id', maxBytes: '20B' });
    await subscribed;

    for (const value of ['{"id": 1', '{"no": 1}', '{"id": "much too long for it"}', '{"id": 2}'])
      await broker.publish('plant/oven/temperature', value);
    await count(records, 1);

    expect(valuesOf(records)).toEqual(['{"id": 2}']);
    const on = 'a message on "plant/oven/temperature"';
    expect(deadLetters.map(({ code, message }) => [code, message.replace(/ \(.*\)/, '')])).toEqual([
      ['MQTT_MESSAGE_INVALID', `${on} is no JSON; correct what publishes it, or the options of the source`],
      [
        'MQTT_MESSAGE_INVALID',
        `${on} gives neither a text nor a number by "id"; correct what publishes it, or the options of the source`,
      ],
      ['SOURCE_RECORD_TOO_LARGE', `${on} is larger than maxBytes; raise it or send less`],
    ]);
    await until(() => broker.acknowledged.length === 4, { what: 'four acknowledgements' });
  });

  it('acknowledges a message when its record is written and not before, in the order they came in', async () => {
    const broker = await mqttBroker();
    const { records, subscribed } = await reading(broker, {}, { holding: true });
    await subscribed;
    for (const value of ['a', 'b', 'c']) await broker.publish('plant/oven/temperature', value);
    await count(records, 3);

    records[1]!.settled!(true);
    await broker.publish('plant/oven/temperature', 'd'); // the socket has carried what was sent before it
    await count(records, 4);
    const early = [...broker.acknowledged];
    records[0]!.settled!(true);
    await until(() => broker.acknowledged.length === 2, { what: 'two acknowledgements' });

    expect(early).toEqual([]);
    expect(broker.acknowledged).toEqual([`${CLIENT} a`, `${CLIENT} b`]);
  });

  it('gets again at the next start what was not written, and what came while it was away', async () => {
    const broker = await mqttBroker();
    const first = await reading(broker, {}, { holding: true });
    await first.subscribed;
    for (const value of ['a', 'b']) await broker.publish('plant/oven/temperature', value);
    await count(first.records, 2);
    first.records[0]!.settled!(true);
    await first.stop();
    await broker.publish('plant/oven/temperature', 'c');

    const second = await reading(broker);
    await count(second.records, 2);

    expect(valuesOf(second.records)).toEqual(['b', 'c']);
  });

  it('says once that the broker is away, finds it again, and makes no second record of what it has already', async () => {
    const broker = await mqttBroker();
    const { records, subscribed, warnings } = await reading(broker, {}, { holding: true });
    await subscribed;
    for (const value of ['a', 'b']) await broker.publish('plant/oven/temperature', value);
    await count(records, 2);

    await broker.down();
    await until(() => warnings.length === 1, { what: 'a warning' });
    records[0]!.settled!(true); // Kafka has it, and the MQTT broker cannot be told
    await broker.publish('plant/oven/temperature', 'c');
    await broker.listen();
    await count(records, 3);
    for (const { settled } of records.slice(1)) settled!(true);
    await until(() => broker.acknowledged.length === 3, { what: 'three acknowledgements' });

    expect(valuesOf(records)).toEqual(['a', 'b', 'c']);
    expect(told(warnings, broker)).toEqual([AWAY, AGAIN]);
  });

  it('says that something is wrong with the client where each connection ends soon after it began', async () => {
    const broker = await mqttBroker();
    const { warnings, subscribed } = await reading(broker);
    await subscribed;
    const { subscribed: other } = await reading(broker); // under the same name: each is sent away for the other
    await other;
    await until(() => warnings.length === 3, { what: 'three warnings' });

    expect(told(warnings, broker)).toEqual([
      AWAY,
      AGAIN,
      'the MQTT broker at URL ends connections of source "camera" soon after they began (...); it connects again: let nobody else use the clientId "test-camera", and look at the log of the MQTT broker',
    ]);
  });

  it('starts without a broker, and says who does not answer', async () => {
    const broker = await mqttBroker();
    await broker.down();
    const { records, warnings, subscribed } = await reading(broker);
    await until(() => warnings.length === 1, { what: 'a warning' });
    await broker.listen();
    await subscribed;
    await broker.publish('plant/oven/temperature', 'a');
    await count(records, 1);

    expect(told(warnings, broker)).toEqual([AWAY, AGAIN]);
  });

  it('takes no more than may wait, so that the rest waits at the broker', async () => {
    const broker = await mqttBroker();
    const { records, subscribed } = await reading(broker, { maxWaiting: 3 }, { holding: true });
    await subscribed;
    for (let n = 0; n < 10; n++) await broker.publish('plant/oven/temperature', String(n));
    await count(records, 3);
    await broker.publish('plant/oven/temperature', '10');
    const held = valuesOf(records);

    for (let n = 0; n < 11; n++) {
      await count(records, n + 1);
      records[n]!.settled!(true);
    }

    expect(held).toEqual(['0', '1', '2']);
    expect(valuesOf(records)).toEqual(Array.from({ length: 11 }, (_, n) => String(n)));
  });

  it('tells who is not let in, and ends with a sentence where it may not read', async () => {
    const refusing = await mqttBroker({
      authenticate: (...[, username, password, done]) => done(null, username === 'me' && String(password) === 'right'),
      authorizeSubscribe: (_client, subscription, done) =>
        done(null, subscription.topic === 'mine' ? subscription : null),
    });
    const wrong = await reading(refusing, { username: 'me', password: 'wrong' });
    await until(() => wrong.warnings.length > 0, { what: 'a warning' });
    const right = await reading(refusing, { username: 'me', password: 'right', topics: ['theirs'], clientId: 'x' });

    expect(wrong.warnings).toEqual([
      `the MQTT broker at ${refusing.url} does not let source "camera" in (Connection refused: Not authorized); it is asked again every second: correct username and password`,
    ]);
    await expect(right.ended).rejects.toMatchObject({
      code: 'MQTT_SUBSCRIPTION_REFUSED',
      retriable: true,
      message: `the MQTT broker at ${refusing.url} does not let source "camera" read theirs (Subscribe error: Unspecified error); correct topics or the rights at the MQTT broker`,
    });
  });

  it('leaves out and acknowledges what comes of topics it had before', async () => {
    const broker = await mqttBroker();
    const before = await reading(broker, { topics: ['old', 'new'] });
    await before.subscribed;
    await before.stop();
    await broker.publish('old', 'a');
    await broker.publish('new', 'b');

    const { records, warnings } = await reading(broker, { topics: ['new'] });
    await count(records, 1);
    await until(() => broker.acknowledged.length === 2, { what: 'two acknowledgements' });

    expect(valuesOf(records)).toEqual(['b']);
    expect(warnings).toEqual([
      'a message on "old" comes of topics that source "camera" had before; such are left out: give it another clientId to end that',
    ]);
  });
});
