import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { brokerSettings } from '../../pipeline/broker/broker-settings.ts';
import { composeFile } from '../../pipeline/broker/compose-file.ts';

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface ComposeService {
  readonly image: string;
  readonly ports: readonly string[];
  readonly environment: Readonly<Record<string, string | number>>;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly volumes: readonly string[];
}

/** What a container has to set otherwise. */
const OF_ITS_OWN =
  /^(process\.roles|node\.id|controller\.quorum\.voters|.*listener.*|inter\.broker\.listener\.name|log\.dirs)$/;

async function kafkaService(): Promise<ComposeService> {
  const file = parse(await readFile(composeFile('docker-compose.yml'), 'utf8')) as ComposeFile;
  expect(Object.keys(file.services)).toEqual(['kafka']);
  return file.services['kafka']!;
}

describe('compose/docker-compose.yml', () => {
  it('runs the Kafka whose jars the managed broker runs', async () => {
    const pom = await readFile(composeFile('broker/pom.xml'), 'utf8');
    const version = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(pom)![1]!;

    expect((await kafkaService()).image).toBe(`apache/kafka:${version}`);
  });

  it('sets what the managed broker sets', async () => {
    const { environment } = await kafkaService();
    const settings = brokerSettings({ port: 1, controllerPort: 2, dataDirectory: '/data' });
    const wanted = settings
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string])
      .filter(([name]) => !OF_ITS_OWN.test(name))
      .map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value] as const);

    const found = wanted.map(([name]) => [name, String(environment[name])]);

    expect(wanted.length).toBeGreaterThan(15);
    expect(found).toEqual(wanted);
  });

  it('can be reached from this machine only, at the address it advertises', async () => {
    const { ports, environment } = await kafkaService();

    expect(ports).toEqual(['127.0.0.1:${TAPLINE_BROKER_PORT:-9092}:9092']);
    expect(environment['KAFKA_ADVERTISED_LISTENERS']).toContain('HOST://127.0.0.1:${TAPLINE_BROKER_PORT:-9092}');
  });

  it('keeps its records in a volume, and knows when it is healthy', async () => {
    const { volumes, healthcheck, environment } = await kafkaService();

    expect(volumes).toEqual([`kafka-data:${String(environment['KAFKA_LOG_DIRS'])}`]);
    expect(healthcheck.test[0]).toBe('CMD');
  });
});
