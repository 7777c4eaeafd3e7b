import { readFileSync } from 'node:fs';
import { UserError, messageOf } from '../errors/pipeline-error.ts';
import type { Connection } from '../ports/admin.ts';

/** Environment variables that tell how to reach Kafka, with what each means. */
export const KAFKA_ENVIRONMENT = {
  KAFKA_BROKERS: 'addresses host:port, separated by commas',
  KAFKA_SSL: 'true encrypts the connection',
  KAFKA_SSL_CA_FILE: 'PEM file of the authority that signed the certificate of the broker; implies KAFKA_SSL',
  KAFKA_SSL_CERT_FILE: 'PEM file of the certificate of this client; needs KAFKA_SSL_KEY_FILE',
  KAFKA_SSL_KEY_FILE: 'PEM file of the key of this client; needs KAFKA_SSL_CERT_FILE',
  KAFKA_SSL_VERIFY: 'false accepts any certificate of the broker',
  KAFKA_SASL_MECHANISM: 'plain, scram-sha-256 or scram-sha-512',
  KAFKA_SASL_USERNAME: 'user name',
  KAFKA_SASL_PASSWORD: 'password',
  KAFKA_SASL_PASSWORD_FILE: 'file that holds the password, in place of KAFKA_SASL_PASSWORD',
} as const;

type Name = keyof typeof KAFKA_ENVIRONMENT;
type Environment = Readonly<Record<string, string | undefined>>;
type Sasl = NonNullable<Connection['sasl']>;
type Tls = NonNullable<Connection['tls']>;

const MECHANISMS: readonly Sasl['mechanism'][] = ['plain', 'scram-sha-256', 'scram-sha-512'];
const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/,]+):(\d{1,5})$/;

/**
 * The connection {@link KAFKA_ENVIRONMENT} describes, or null where KAFKA_BROKERS is not set.
 * @throws UserError KAFKA_ENVIRONMENT_INVALID naming the variable that is wrong.
 */
export function connectionFromEnvironment(env: Environment): Connection | null {
  const brokers = valueOf(env, 'KAFKA_BROKERS');
  if (brokers === undefined) return null;
  const tls = tlsOf(env);
  const sasl = saslOf(env);
  return { bootstrap: addressesOf(brokers), ...(tls && { tls }), ...(sasl && { sasl }) };
}

function addressesOf(text: string): readonly string[] {
  const addresses = text
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  if (addresses.length === 0) throw invalid('KAFKA_BROKERS', 'names no broker');
  for (const address of addresses) {
    const port = Number(ADDRESS.exec(address)?.[1]);
    if (!(port >= 1 && port <= 65_535)) throw invalid('KAFKA_BROKERS', `has "${address}", which is no host:port`);
  }
  return addresses;
}

function tlsOf(env: Environment): Tls | undefined {
  const ca = fileOf(env, 'KAFKA_SSL_CA_FILE');
  const cert = fileOf(env, 'KAFKA_SSL_CERT_FILE');
  const key = fileOf(env, 'KAFKA_SSL_KEY_FILE');
  const wanted = booleanOf(env, 'KAFKA_SSL') ?? [ca, cert, key].some((file) => file !== undefined);
  if (!wanted) return undefined;
  if (cert !== undefined && key === undefined)
    throw invalid('KAFKA_SSL_KEY_FILE', 'is missing beside KAFKA_SSL_CERT_FILE');
  if (key !== undefined && cert === undefined)
    throw invalid('KAFKA_SSL_CERT_FILE', 'is missing beside KAFKA_SSL_KEY_FILE');
  const rejectUnauthorized = booleanOf(env, 'KAFKA_SSL_VERIFY') ?? true;
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    rejectUnauthorized,
  };
}

function saslOf(env: Environment): Sasl | undefined {
  const username = valueOf(env, 'KAFKA_SASL_USERNAME');
  const given = valueOf(env, 'KAFKA_SASL_MECHANISM');
  if (given === undefined && username === undefined) return undefined;
  const mechanism = MECHANISMS.find((name) => name === (given ?? 'plain').toLowerCase());
  if (!mechanism) throw invalid('KAFKA_SASL_MECHANISM', `is "${given ?? ''}"; possible are ${MECHANISMS.join(', ')}`);
  if (username === undefined) throw invalid('KAFKA_SASL_USERNAME', 'is missing beside KAFKA_SASL_MECHANISM');
  return { mechanism, username, password: passwordOf(env) };
}

function passwordOf(env: Environment): string {
  const password = valueOf(env, 'KAFKA_SASL_PASSWORD');
  const fromFile = fileOf(env, 'KAFKA_SASL_PASSWORD_FILE')?.replace(/\r?\n$/, '');
  if (password !== undefined && fromFile !== undefined) {
    throw invalid('KAFKA_SASL_PASSWORD_FILE', 'is given beside KAFKA_SASL_PASSWORD; keep one of them');
  }
  const either = password ?? fromFile;
  if (either === undefined) throw invalid('KAFKA_SASL_PASSWORD', 'is missing (or KAFKA_SASL_PASSWORD_FILE)');
  return either;
}

function fileOf(env: Environment, name: Name): string | undefined {
  const path = valueOf(env, name);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(name, `names a file that cannot be read: ${messageOf(error)}`, error);
  }
}

function booleanOf(env: Environment, name: Name): boolean | undefined {
  const text = valueOf(env, name)?.toLowerCase();
  if (text === undefined) return undefined;
  if (['true', '1', 'yes'].includes(text)) return true;
  if (['false', '0', 'no'].includes(text)) return false;
  throw invalid(name, `is "${text}"; possible are true and false`);
}

/** A variable that is set to nothing counts as not set. */
function valueOf(env: Environment, name: Name): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function invalid(name: Name, fault: string, cause?: unknown): UserError {
  return new UserError('KAFKA_ENVIRONMENT_INVALID', `${name} ${fault} (${KAFKA_ENVIRONMENT[name]})`, { cause });
}
