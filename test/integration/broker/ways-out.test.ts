import { expect, test } from 'vitest';
import { javaOf, programs } from '../../broker/programs.ts';
import { emptyDirectory } from '../topology-run.ts';
import { acquire, stateDirectory } from './acquire.ts';

/** Acquires where nothing is installed but these programs. */
async function acquireWith(lines: Readonly<Record<string, string>>): Promise<unknown> {
  const env = { PATH: await programs(lines) };
  return acquire(await stateDirectory(), { env, cacheDirectory: await emptyDirectory() });
}

test('says which three ways there are to a broker, and why each is closed', async () => {
  await expect(acquireWith({ java: javaOf('11.0.2') })).rejects.toMatchObject({
    code: 'BROKER_NOT_AVAILABLE',
    message:
      'no Kafka broker: KAFKA_BROKERS is not set; Java 11.0.2 found on the PATH, 17 or newer is needed; no Docker on the PATH. ' +
      'Name a broker in KAFKA_BROKERS, or install Java 17 and Maven, or start Docker; `up --memory` runs a topology without a broker',
  });
});

test('names the missing Maven where Java is there and the jars are not', async () => {
  await expect(acquireWith({ java: javaOf('17.0.1') })).rejects.toThrow(/no Maven \(mvn\) on the PATH/);
});

test('tells what Maven said against fetching', async () => {
  const mvn = '[ "$1" = -v ] || { echo "[ERROR] Could not resolve dependencies: no network"; exit 1; }';

  await expect(acquireWith({ java: javaOf('17.0.1'), mvn })).rejects.toThrow(
    'Maven could not fetch Kafka: Could not resolve dependencies: no network',
  );
});

test('tells what Docker said where its engine is not started', async () => {
  const docker = 'echo "Cannot connect to the Docker daemon"; exit 1';

  await expect(acquireWith({ docker })).rejects.toThrow(
    'no Java on the PATH; Docker does not answer (Cannot connect to the Docker daemon)',
  );
});

test('tells what Docker Compose said where it fails', async () => {
  const docker = '[ "$1" = info ] || { echo "pull access denied"; exit 1; }';

  await expect(acquireWith({ docker })).rejects.toThrow('docker compose failed (pull access denied)');
});

test('tells that KAFKA_HOME has no Kafka in it', async () => {
  const home = await emptyDirectory();
  const env = { PATH: await programs({ java: javaOf('17.0.1') }), KAFKA_HOME: home };

  await expect(acquire(await stateDirectory(), { env, cacheDirectory: await emptyDirectory() })).rejects.toThrow(
    `there is no unpacked Kafka in KAFKA_HOME (${home})`,
  );
});
