import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { brokerSettings } from './broker-settings.ts';
import { runCommand } from './command.ts';
import { javaArguments } from './java-arguments.ts';
import type { ManagedBrokerParts } from './managed-broker.ts';

/** Makes the data folder of a new cluster, whole or not at all: null, or what Kafka said against it. */
export async function formatData(
  dataDirectory: string,
  { java, jars, env, signal }: ManagedBrokerParts,
  classes: readonly string[],
): Promise<string | null> {
  const temporary = `${dataDirectory}.new`;
  await rm(temporary, { recursive: true, force: true });
  const settings = join(dirname(dataDirectory), 'format.properties');
  await writeFile(settings, brokerSettings({ port: 9092, controllerPort: 9093, dataDirectory: temporary }));
  const clusterId = `A${randomBytes(16).toString('base64url').slice(1)}`; // one that begins with - would be an option
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settings];
  const { code, output } = await runCommand(
    java.program,
    [...classes, ...(await javaArguments(jars.directory)), ...tool],
    {
      env,
      signal,
    },
  );
  signal.throwIfAborted();
  if (code !== 0) return output;
  await rename(temporary, dataDirectory);
  await rm(settings, { force: true });
  return null;
}
