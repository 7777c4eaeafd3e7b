import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectionFromEnvironment } from '../../pipeline/kafka/connection-from-env.ts';

function fileWith(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'tapline-env-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'file');
  writeFileSync(path, text);
  return path;
}

test('without KAFKA_BROKERS there is no connection', () => {
  expect(connectionFromEnvironment({})).toBeNull();
  expect(connectionFromEnvironment({ KAFKA_BROKERS: ' ', KAFKA_SSL: 'nonsense' })).toBeNull();
});

test('several brokers, TLS and SASL come from variables and files', () => {
  const connection = connectionFromEnvironment({
    KAFKA_BROKERS: 'a.example:9092, [::1]:9093',
    KAFKA_SSL_CA_FILE: fileWith('CA'),
    KAFKA_SSL_CERT_FILE: fileWith('CERT'),
    KAFKA_SSL_KEY_FILE: fileWith('KEY'),
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: 'ada',
    KAFKA_SASL_PASSWORD_FILE: fileWith('se cret\n'),
  });

  expect(connection).toEqual({
    bootstrap: ['a.example:9092', '[::1]:9093'],
    tls: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true },
    sasl: { mechanism: 'scram-sha-512', username: 'ada', password: 'se cret' },
  });
});

test('a user name alone means the plain mechanism, and TLS can be switched on without files', () => {
  const env = {
    KAFKA_BROKERS: 'b:1',
    KAFKA_SSL: 'true',
    KAFKA_SSL_VERIFY: 'no',
    KAFKA_SASL_USERNAME: 'ada',
    KAFKA_SASL_PASSWORD: 'x',
  };

  expect(connectionFromEnvironment(env)).toEqual({
    bootstrap: ['b:1'],
    tls: { rejectUnauthorized: false },
    sasl: { mechanism: 'plain', username: 'ada', password: 'x' },
  });
});

test.each([
  { env: { KAFKA_BROKERS: ',' }, says: 'KAFKA_BROKERS names no broker' },
  { env: { KAFKA_BROKERS: 'a:9092,b' }, says: 'KAFKA_BROKERS has "b", which is no host:port' },
  { env: { KAFKA_BROKERS: 'a:70000' }, says: 'KAFKA_BROKERS has "a:70000", which is no host:port' },
  { env: { KAFKA_SSL: 'on' }, says: 'KAFKA_SSL is "on"; possible are true and false' },
  { env: { KAFKA_SSL_CA_FILE: '/no/such/file' }, says: 'KAFKA_SSL_CA_FILE names a file that cannot be read: ENOENT' },
  {
    env: { KAFKA_SASL_MECHANISM: 'kerberos' },
    says: 'KAFKA_SASL_MECHANISM is "kerberos"; possible are plain, scram-sha-256, scram-sha-512',
  },
  { env: { KAFKA_SASL_MECHANISM: 'plain' }, says: 'KAFKA_SASL_USERNAME is missing beside KAFKA_SASL_MECHANISM' },
  { env: { KAFKA_SASL_USERNAME: 'ada' }, says: 'KAFKA_SASL_PASSWORD is missing (or KAFKA_SASL_PASSWORD_FILE)' },
])('names the variable that is wrong: $says', ({ env, says }) => {
  const connect = (): unknown => connectionFromEnvironment({ KAFKA_BROKERS: 'a:9092', ...env });

  expect(connect).toThrow(expect.objectContaining({ code: 'KAFKA_ENVIRONMENT_INVALID' }));
  expect(connect).toThrow(says);
});
