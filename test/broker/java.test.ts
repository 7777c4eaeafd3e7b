import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findJava } from '../../pipeline/broker/java.ts';
import { emptyDirectory } from '../integration/topology-run.ts';
import { javaOf, programs } from './programs.ts';

async function javaHome(version: string): Promise<string> {
  const home = await emptyDirectory();
  await mkdir(join(home, 'bin'));
  await rename(join(await programs({ java: javaOf(version) }), 'java'), join(home, 'bin/java'));
  return home;
}

describe('Java for the broker', () => {
  it.each(['17', '17.0.15', '17-ea', '21.0.1+12', '25'])('%s will do', async (version) => {
    expect(await findJava({ PATH: await programs({ java: javaOf(version) }) })).toEqual({ program: 'java', version });
  });

  it.each(['1.8.0_292', '11.0.2', '16.0.1'])('%s is too old, and the reason says so', async (version) => {
    const found = await findJava({ PATH: await programs({ java: javaOf(version) }) });

    expect(found).toEqual({ reason: `Java ${version} found on the PATH, 17 or newer is needed` });
  });

  it('is missing where there is none', async () => {
    expect(await findJava({ PATH: await emptyDirectory() })).toEqual({ reason: 'no Java on the PATH' });
  });

  it('is missing where the program only tells that there is none, as on macOS', async () => {
    const stub = 'echo "The operation could not be completed. Unable to locate a Java Runtime." >&2; exit 1';

    expect(await findJava({ PATH: await programs({ java: stub }) })).toEqual({ reason: 'no working Java on the PATH' });
  });

  it('is that of JAVA_HOME before that of the PATH', async () => {
    const home = await javaHome('21.0.1');

    const found = await findJava({ JAVA_HOME: home, PATH: await programs({ java: javaOf('17.0.1') }) });

    expect(found).toEqual({ program: join(home, 'bin/java'), version: '21.0.1' });
  });

  it('is that of the PATH where JAVA_HOME has one too old', async () => {
    const home = await javaHome('11.0.2');

    const found = await findJava({ JAVA_HOME: home, PATH: await programs({ java: javaOf('17.0.1') }) });

    expect(found).toEqual({ program: 'java', version: '17.0.1' });
  });

  it('is missing with both reasons where neither place has one', async () => {
    const home = await emptyDirectory();

    const found = await findJava({ JAVA_HOME: home, PATH: await programs({ java: javaOf('11.0.2') }) });

    expect(found).toEqual({
      reason: `no Java in JAVA_HOME (${home}), Java 11.0.2 found on the PATH, 17 or newer is needed`,
    });
  });
});
