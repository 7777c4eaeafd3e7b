import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processIdentity } from '../../pipeline/broker/process-identity.ts';
import { withStartLock } from '../../pipeline/broker/start-lock.ts';
import { emptyDirectory } from '../integration/topology-run.ts';

async function leftLock(directory: string, content: string): Promise<string> {
  const path = join(directory, 'broker/start.lock');
  await mkdir(join(directory, 'broker'), { recursive: true });
  await writeFile(path, content);
  return path;
}

const rejection = (cause: unknown): unknown => cause;

describe('start lock', () => {
  it('lets one work at a time, however many come', async () => {
    const directory = await emptyDirectory();
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
    };

    await Promise.all(Array.from({ length: 8 }, () => withStartLock(directory, work)));

    expect(most).toBe(1);
    expect(await readdir(join(directory, 'broker'))).toEqual([]);
  });

  it('tells once that it waits', async () => {
    const directory = await emptyDirectory();
    const told: string[] = [];
    let second: Promise<void> | undefined;

    await withStartLock(directory, async () => {
      await new Promise<void>((waits) => {
        const onWait = (): void => {
          told.push('waits');
          waits();
        };
        second = withStartLock(directory, async () => undefined, { onWait });
      });
    });
    await second;

    expect(told).toEqual(['waits']);
  });

  it('is let go when the work fails', async () => {
    const directory = await emptyDirectory();

    await expect(withStartLock(directory, () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(await withStartLock(directory, async () => 'in')).toBe('in');
  });

  it('of a process that was killed is taken over by exactly one of many', async () => {
    const directory = await emptyDirectory();
    const dead = spawn(process.execPath, ['-e', '']);
    const identity = await processIdentity(dead.pid!);
    await once(dead, 'exit');
    await leftLock(directory, JSON.stringify({ pid: dead.pid, identity, id: 'x' }));
    let inside = 0;
    const counts: number[] = [];

    const work = async (): Promise<void> => {
      counts.push(++inside);
      await new Promise(setImmediate);
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withStartLock(directory, work)));

    expect(counts).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(await readdir(join(directory, 'broker'))).toEqual([]);
  });

  it('of a process whose number another has by now is taken over', async () => {
    const directory = await emptyDirectory();
    await leftLock(directory, JSON.stringify({ pid: process.pid, identity: 'of an earlier life', id: 'x' }));

    expect(await withStartLock(directory, async () => 'in')).toBe('in');
  });

  it('of a process that was killed before it wrote its name is taken over', async () => {
    const directory = await emptyDirectory();
    const path = await leftLock(directory, '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);

    expect(await withStartLock(directory, async () => 'in')).toBe('in');
  });

  it('is not waited for any longer when the wish to stop comes', async () => {
    const directory = await emptyDirectory();
    const living = { pid: process.pid, identity: await processIdentity(process.pid), id: 'x' };
    const path = await leftLock(directory, JSON.stringify(living));
    const stop = new AbortController();

    const waiting = withStartLock(directory, async () => 'in', { onWait: () => stop.abort(), signal: stop.signal });

    expect(await waiting.catch(rejection)).toMatchObject({ name: 'AbortError' });
    expect(existsSync(path)).toBe(true);
  });
});

describe('process identity', () => {
  it('stays the same for one process and differs from another', async () => {
    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    onTestFinished(() => void other.kill());

    const mine = await processIdentity(process.pid);

    expect(mine).not.toBeNull();
    expect(await processIdentity(process.pid)).toBe(mine);
    expect(await processIdentity(other.pid!)).not.toBe(mine);
  });

  it('ends with the process', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');

    expect(await processIdentity(child.pid!)).toBeNull();
  });
});
